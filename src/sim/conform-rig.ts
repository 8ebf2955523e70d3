import type { AccessType, Privilege } from '../core/access.ts';
import { REGION_PAGES, splitAddress } from '../core/addr.ts';
import type { Fault } from '../core/fault.ts';
import { Ledger } from '../core/ledger.ts';
import { RegionTable } from '../core/regions.ts';
import { Dram } from '../memory/dram.ts';
import { CacheHierarchy } from '../memory/hierarchy.ts';
import { MemoryMap, type MemoryRange } from '../memory/memory-map.ts';
import { PhysicalMemory } from '../memory/physical.ts';
import { Mmu } from '../mmu/mmu.ts';
import type { PagingMode } from '../mmu/mode/mode.ts';
import { pdpteLoadFault } from '../mmu/pdpte.ts';
import { PagingStructureCaches } from '../mmu/psc.ts';
import type { Controls } from '../mmu/rules/controls.ts';
import { rulesFor } from '../mmu/rules/index.ts';
import { Walker } from '../mmu/walker.ts';
import { WalkerPool } from '../mmu/walker-pool.ts';
import { TlbHierarchy } from '../tlb/hierarchy.ts';
import type { TlbConfig } from '../tlb/tlb.ts';

/** Small, so that sequences evict as well as hit; every leaf size has its place, larger ones are held in pieces. */
const tlb = (name: string, sets: number, ways: number): TlbConfig => ({
  name,
  latency: 1,
  arrays: [{ shifts: [0, 4, 9, 10, 18], sets, ways, replacement: 'lru', seed: 1 }],
});
const PSC_LEVEL = { sets: 1, ways: 2 };

/** Physical memory that remembers which words were ever written, by software or by a walker. */
export class WatchedMemory extends PhysicalMemory {
  readonly written = new Set<bigint>();

  override write(pfn: number, index: number, word: number): void {
    super.write(pfn, index, word);
    this.written.add(BigInt(pfn) * 4096n + BigInt(index * 4));
  }

  /** Back to all zeros. */
  clear(): void {
    for (const address of this.written) this.release(Number(address >> 12n));
    this.written.clear();
  }
}

/** Walker, TLBs and paging-structure caches around the memory of one vector. */
export class ConformRig {
  readonly walker: Walker;
  readonly #mode: PagingMode;
  readonly #memory: WatchedMemory;
  readonly #mmu: Mmu;
  readonly #tlbs: TlbHierarchy;
  /** ASIDs as the TLBs number them, by the architecture's. */
  readonly #asids = new Map<number, number>();

  /** @param ranges where there is memory; undefined = everywhere */
  constructor(
    mode: PagingMode,
    controls: Controls,
    memory: WatchedMemory,
    ranges: readonly MemoryRange[] | undefined,
  ) {
    this.#mode = mode;
    this.#memory = memory;
    const psc = new PagingStructureCaches(mode, {
      levels: { '2': PSC_LEVEL, '3': PSC_LEVEL, '4': PSC_LEVEL, '5': PSC_LEVEL },
      latency: 1,
      pageInvalidates: mode.family === 'x86' ? 'asid' : 'path',
    });
    this.walker = new Walker(rulesFor(mode, controls), {
      memory: this.#memory,
      caches: new CacheHierarchy([], new Dram(1), 56),
      psc,
      memoryMap: ranges === undefined ? null : new MemoryMap(ranges),
      adUpdate: 1,
    });
    this.#tlbs = new TlbHierarchy(
      { itlb: tlb('ITLB', 2, 2), dtlb: tlb('DTLB', 2, 2), stlb: tlb('STLB', 4, 4) },
      new RegionTable(),
    );
    this.#mmu = new Mmu(
      { tlbs: this.#tlbs, walker: this.walker, pool: new WalkerPool(1, 1), psc },
      {
        permissionMiss: 'rewalk',
        dirty: { action: 'assist', cycles: 1 },
        cacheNames: ['DRAM'],
        levels: mode.levels,
        adUpdate: 1,
      },
      new Ledger(),
    );
  }

  /** From here on these control bits hold, in TLB entries too. */
  setControls(controls: Controls): void {
    this.walker.rules = rulesFor(this.#mode, controls);
    this.#tlbs.recheck((attributes) => this.walker.rules.allowedMask(attributes));
  }

  /** One access of an address space, through TLBs and walker: the physical address, or the fault. */
  access(
    asid: number,
    root: bigint,
    va: bigint,
    access: AccessType,
    privilege: Privilege,
  ): { readonly pa: bigint } | { readonly fault: Fault } {
    const mmu = this.#mmu;
    mmu.latency.clear();
    const { vpn, offset } = splitAddress(va);
    const { pfn, index } = this.placeRoot(root);
    mmu.switchTo(this.#asidIndex(asid), pfn);
    if (this.#mode.name === 'pae') {
      const fault = pdpteLoadFault(this.walker.rules, this.#memory, pfn, index);
      if (fault !== null) return { fault: { ...fault, vpn, offset, access, privilege } };
    }
    const region = this.#tlbs.regions.intern(Math.floor(vpn / REGION_PAGES));
    const low = vpn % REGION_PAGES;
    const key = this.#tlbs.keyOf(this.#asidIndex(asid), region, low);
    if (!mmu.translate(key, region, low, offset, access, privilege)) return { fault: mmu.fault! };
    return { pa: BigInt(mmu.frame) * 4096n + BigInt(offset) };
  }

  /** Points the walker at a root table. */
  placeRoot(root: bigint): { readonly pfn: number; readonly index: number } {
    this.walker.root = Number(root >> 12n);
    this.walker.rootIndex = Number(root & 0xfffn) / 4;
    return { pfn: this.walker.root, index: this.walker.rootIndex };
  }

  /** SFENCE.VMA or its like: null stands for every address, every ASID. */
  invalidate(va: bigint | null, asid: number | null): void {
    if (va === null) {
      if (asid === null) this.#mmu.invalidateAll();
      else this.#mmu.invalidateAsid(this.#asidIndex(asid));
    } else {
      const asids = asid === null ? this.#asids.values() : [this.#asidIndex(asid)];
      for (const index of asids) this.#mmu.invalidatePage(index, splitAddress(va).vpn);
    }
  }

  read(address: bigint): bigint {
    const pfn = Number(address >> 12n);
    const index = Number(address & 0xfffn) / 4;
    const low = BigInt.asUintN(32, BigInt(this.#memory.read(pfn, index)));
    if (this.#mode.pteBytes === 4) return low;
    return low | (BigInt.asUintN(32, BigInt(this.#memory.read(pfn, index + 1))) << 32n);
  }

  /** Software writes a page-table entry. */
  write(address: bigint, word: bigint): void {
    const pfn = Number(address >> 12n);
    const index = Number(address & 0xfffn) / 4;
    this.#memory.write(pfn, index, Number(BigInt.asIntN(32, word)));
    if (this.#mode.pteBytes === 8) this.#memory.write(pfn, index + 1, Number(BigInt.asIntN(32, word >> 32n)));
  }

  #asidIndex(asid: number): number {
    let index = this.#asids.get(asid);
    if (index === undefined) {
      index = this.#asids.size;
      this.#asids.set(asid, index);
    }
    return index;
  }
}
