import type { Asid, Pfn, Vpn } from '../core/addr.ts';
import type { TlbMaintenance } from '../core/kernel-port.ts';
import type { Mmu } from '../mmu/mmu.ts';

const NOBODY = -1;

/**
 * Gives address spaces (named by any number the kernel likes) the few tags that the hardware has. As Linux does on
 * x86 (choose_new_asid in arch/x86/mm/tlb.c): a space that still holds a tag keeps it and its TLB entries; else it
 * takes the next one in turn, whose entries are flushed. Without tags every switch flushes.
 *
 * Invalidations by the kernel's names come through here: for a space without a tag nothing is cached.
 */
export class AddressSpaces implements TlbMaintenance {
  private readonly mmu: Mmu;
  /** Who holds each tag. */
  private readonly holders: Int32Array;
  private readonly roots: Float64Array;
  private next = 0;
  private current = NOBODY;
  switches = 0;
  /** Switches that had to flush a tag. */
  flushes = 0;

  /** @param tags hardware tags in use; 0 = none */
  constructor(mmu: Mmu, tags: number) {
    this.mmu = mmu;
    this.holders = new Int32Array(Math.max(1, tags)).fill(NOBODY);
    this.roots = new Float64Array(this.holders.length);
  }

  /** Makes `space` the current address space; returns its tag. */
  switchTo(space: number, root: Pfn): Asid {
    let tag = this.holders.indexOf(space);
    if (tag < 0) {
      tag = this.next;
      this.next = (this.next + 1) % this.holders.length;
      if (this.holders[tag] !== NOBODY) {
        this.mmu.invalidateAsid(tag);
        this.flushes++;
      }
      this.holders[tag] = space;
    }
    if (space !== this.current && this.current !== NOBODY) this.switches++;
    this.current = space;
    this.roots[tag] = root;
    this.mmu.switchTo(tag, root);
    return tag;
  }

  /** The root table of the address space that holds a tag; undefined when nobody does. */
  rootOfTag(tag: Asid): Pfn | undefined {
    return this.holders[tag] === undefined || this.holders[tag] === NOBODY ? undefined : this.roots[tag];
  }

  /** The tag that an address space holds, -1 when it has none. */
  tagOf(space: number): number {
    return this.holders.indexOf(space);
  }

  invalidatePage(space: number, vpn: Vpn): void {
    const tag = this.holders.indexOf(space);
    if (tag >= 0) this.mmu.invalidatePage(tag, vpn);
  }

  invalidateRange(space: number, vpn: Vpn, pages: number): void {
    const tag = this.holders.indexOf(space);
    if (tag >= 0) this.mmu.invalidateRange(tag, vpn, pages);
  }

  invalidateAsid(space: number): void {
    const tag = this.holders.indexOf(space);
    if (tag >= 0) this.mmu.invalidateAsid(tag);
  }

  invalidateAll(): void {
    this.mmu.invalidateAll();
  }
}
