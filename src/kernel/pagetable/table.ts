import type { Pfn, Vpn } from '../../core/addr.ts';
import type { PhysicalMemory } from '../../memory/physical.ts';
import type { PagingMode } from '../../mmu/mode/mode.ts';
import type { PteOps } from './pte.ts';

/** Where an entry stands in physical memory: words `slab[at]` (and `slab[at + 1]` where entries have 8 bytes). */
export interface EntryRef {
  readonly slab: Int32Array;
  readonly at: number;
  /** Frame of the table, and the paging level of the entry (1 = last). */
  readonly table: Pfn;
  readonly level: number;
}

/** What a walk over a range meets: a last-level table's stretch of entries, or a superpage leaf. */
export interface RangeVisitor {
  /** `count` entries from word `at` of `slab`, the first one for page `vpn`. */
  table(slab: Int32Array, at: number, count: number, vpn: Vpn, table: Pfn): void;
  /** A leaf above level 1, or a PROT_NONE one; `vpn` is its first page, which may lie below the range. */
  superpage?(ref: EntryRef, vpn: Vpn): void;
}

/**
 * Page tables in simulated physical memory, in the machine's own format: exactly what the walker reads. This class
 * knows their shape; what entries mean is for its users.
 */
export class PageTables {
  readonly memory: PhysicalMemory;
  readonly mode: PagingMode;
  readonly pte: PteOps;
  /** Words per entry. */
  readonly step: number;
  readonly wide: boolean;
  /** Pages that one entry of a level spans; index 1 for level 1 (= 1). */
  readonly span: readonly number[];
  readonly entries: readonly number[];

  constructor(memory: PhysicalMemory, mode: PagingMode, pte: PteOps) {
    this.memory = memory;
    this.mode = mode;
    this.pte = pte;
    this.step = mode.pteBytes / 4;
    this.wide = mode.pteBytes === 8;
    const span = [0, 1];
    const entries = [0];
    for (let level = 1; level <= mode.levels; level++) {
      entries.push(2 ** mode.indexBits[level - 1]!);
      span.push(span[level]! * entries[level]!);
    }
    this.span = span;
    this.entries = entries;
  }

  lo(ref: EntryRef): number {
    return ref.slab[ref.at]!;
  }

  hi(ref: EntryRef): number {
    return this.wide ? ref.slab[ref.at + 1]! : 0;
  }

  set(ref: EntryRef, lo: number, hi: number): void {
    ref.slab[ref.at] = lo;
    if (this.wide) ref.slab[ref.at + 1] = hi;
  }

  /** The entry of `table` (at `level`) for a page. */
  entry(table: Pfn, level: number, vpn: Vpn): EntryRef {
    const index = this.indexOf(vpn, level);
    return { slab: this.memory.slab(table), at: this.memory.base(table) + index * this.step, table, level };
  }

  /** Where a page's entry stands in a table of `level`. Tables have 2^n entries; `&` is much quicker than % on doubles. */
  private indexOf(vpn: Vpn, level: number): number {
    return (vpn / this.span[level]!) & (this.entries[level]! - 1);
  }

  /** The table an entry points to; -1 when it is empty or a leaf (also a PROT_NONE leaf). */
  tableAt(ref: EntryRef): Pfn {
    const lo = this.lo(ref);
    const hi = this.hi(ref);
    const { format } = this.mode;
    if (!format.isPresent(lo, hi) || format.isLeaf(lo, hi, ref.level)) return -1;
    return format.pfnOf(lo, hi);
  }

  /**
   * Descends to the entry of `level` for a page. Undefined when a table on the way is missing; a superpage on the
   * way is returned as it is, at its own level.
   */
  find(root: Pfn, vpn: Vpn, level: number): EntryRef | undefined {
    let table = root;
    for (let at = this.mode.levels; ; at--) {
      const ref = this.entry(table, at, vpn);
      if (at === level) return ref;
      table = this.tableAt(ref);
      if (table < 0) return this.lo(ref) !== 0 ? ref : undefined;
    }
  }

  /** As {@link find}, making tables with `makeTable` where they are missing; -1 from it gives undefined. */
  ensure(root: Pfn, vpn: Vpn, level: number, makeTable: () => Pfn): EntryRef | undefined {
    let table = root;
    for (let at = this.mode.levels; ; at--) {
      const ref = this.entry(table, at, vpn);
      if (at === level) return ref;
      table = this.tableAt(ref);
      if (table >= 0) continue;
      if (this.lo(ref) !== 0) return ref;
      table = makeTable();
      if (table < 0) return undefined;
      this.link(ref, table);
    }
  }

  /** Makes an empty entry point to a table. */
  link(ref: EntryRef, table: Pfn): void {
    this.set(ref, this.mode.format.tableLo(table), this.mode.format.tableHi(table));
  }

  /** Shows a visitor all that exists in [start, end). Tables must not be added or freed meanwhile. */
  visit(root: Pfn, start: Vpn, end: Vpn, visitor: RangeVisitor): void {
    this.visitTable(root, this.mode.levels, start, end, visitor);
  }

  private visitTable(table: Pfn, level: number, start: Vpn, end: Vpn, visitor: RangeVisitor): void {
    const span = this.span[level]!;
    if (level === 1) {
      const slab = this.memory.slab(table);
      const first = this.indexOf(start, 1);
      visitor.table(slab, this.memory.base(table) + first * this.step, end - start, start, table);
      return;
    }
    for (let vpn = start; vpn < end; ) {
      const base = Math.floor(vpn / span) * span;
      const next = Math.min(base + span, end);
      const ref = this.entry(table, level, vpn);
      const below = this.tableAt(ref);
      if (below >= 0) this.visitTable(below, level - 1, vpn, next, visitor);
      else if (this.lo(ref) !== 0) visitor.superpage?.(ref, base);
      vpn = next;
    }
  }
}
