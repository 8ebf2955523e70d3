import type { Pfn } from '../../core/addr.ts';
import {
  ATTR_ACCESSED,
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_GLOBAL,
  ATTR_READ,
  ATTR_USER,
  ATTR_WRITE,
} from '../../core/attributes.ts';
import type { PagingMode, PteFormat } from '../../mmu/mode/mode.ts';
import { VM_EXEC, VM_READ, VM_WRITE } from '../vma/flags.ts';

/**
 * The kernel's view of a PTE (pte_mkwrite, pte_present, ...) in any machine's format. Every format has its valid bit
 * at bit 0; an entry with that bit clear belongs to software. Two kinds are used, told apart by the global bit, which
 * no user page has otherwise:
 * - PROT_NONE: the leaf as it was, with the global bit set and the valid bit clear (as x86's _PAGE_PROTNONE);
 * - swap: the slot in the frame-number field, the dirty bit saying that the page was exclusive (pte_swp_exclusive).
 */
export class PteOps {
  readonly format: PteFormat;
  readonly accessed: number;
  readonly dirty: number;
  /** The frames whose numbers stand in the low word alone are those below this one. */
  readonly lowFrames: number;
  private readonly globalMask: number;
  private readonly globalSet: number;
  private readonly writeAnd: number;
  private readonly writeOr: number;

  constructor(mode: PagingMode) {
    const format = mode.format;
    this.format = format;
    this.accessed = format.accessed;
    this.dirty = format.dirty;
    this.lowFrames = 2 ** (32 - format.pfnShift);
    const global = format.leafLo(0, ATTR_READ | ATTR_USER | ATTR_GLOBAL, 1);
    this.globalMask = global ^ format.leafLo(0, ATTR_READ | ATTR_USER, 1);
    this.globalSet = global & this.globalMask;
    this.writeAnd = ~format.protectOr;
    this.writeOr = ~format.protectAnd;
  }

  /** Low word of a young leaf with what the VMA flags allow, write permission apart. */
  leafLo(pfn: Pfn, vmFlags: number, write: boolean, dirty: boolean, level: number): number {
    const lo = this.format.leafLo(pfn, leafAttributes(vmFlags, write, dirty), level);
    return vmFlags & (VM_READ | VM_WRITE | VM_EXEC) ? lo : this.hide(lo);
  }

  leafHi(pfn: Pfn, vmFlags: number, level: number): number {
    return this.format.leafHi(pfn, leafAttributes(vmFlags, false, false), level);
  }

  pfn(lo: number, hi: number): Pfn {
    return this.format.pfnOf(lo, hi);
  }

  /** pte_present: maps a page, PROT_NONE included. */
  present(lo: number): boolean {
    return (lo & 1) !== 0 || this.protNone(lo);
  }

  protNone(lo: number): boolean {
    return (lo & 1) === 0 && lo !== 0 && (lo & this.globalMask) === this.globalSet;
  }

  swapLo(slot: number, exclusive: boolean): number {
    return this.format.leafLo(slot, ATTR_READ | ATTR_USER | (exclusive ? ATTR_DIRTY : 0), 1) & ~1;
  }

  swapHi(slot: number): number {
    return this.format.leafHi(slot, ATTR_READ | ATTR_USER, 1);
  }

  writable(lo: number): boolean {
    return (lo & 1) !== 0 && this.wrprotect(lo) !== lo;
  }

  wrprotect(lo: number): number {
    return (lo & this.format.protectAnd) | this.format.protectOr;
  }

  mkwrite(lo: number): number {
    return (lo & this.writeAnd) | this.writeOr;
  }

  isDirty(lo: number): boolean {
    return (lo & this.dirty) !== 0;
  }

  isYoung(lo: number): boolean {
    return (lo & this.accessed) !== 0;
  }

  private hide(lo: number): number {
    return (lo & ~1 & ~this.globalMask) | this.globalSet;
  }
}

function leafAttributes(vmFlags: number, write: boolean, dirty: boolean): number {
  return (
    ATTR_USER |
    ATTR_ACCESSED |
    (vmFlags & (VM_READ | VM_WRITE) || (vmFlags & VM_EXEC) === 0 ? ATTR_READ : 0) |
    (vmFlags & VM_EXEC ? ATTR_EXEC : 0) |
    (write ? ATTR_WRITE | ATTR_READ : 0) |
    (dirty ? ATTR_DIRTY : 0)
  );
}
