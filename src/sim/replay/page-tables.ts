import type { Pfn, Vpn } from '../../core/addr.ts';
import { PteOps } from '../../kernel/pagetable/pte.ts';
import type { PhysicalMemory } from '../../memory/physical.ts';
import { type PagingMode, spanShifts } from '../../mmu/mode/mode.ts';

/**
 * What an entry of a page table is to hardware and kernel: `hidden` maps a page that nobody may access (PROT_NONE),
 * `swap` says where a page has gone.
 */
export type EntryKind = 'empty' | 'table' | 'leaf' | 'hidden' | 'swap';

export interface Entry {
  readonly kind: EntryKind;
  /** Which entry of its table. */
  readonly index: number;
  readonly level: number;
  /** First page that it spans. */
  readonly vpn: Vpn;
  /** The next table, or the first frame of the leaf. */
  readonly pfn: Pfn;
  readonly lo: number;
  readonly hi: number;
}

/** Leaves of an address space, in order of address, as columns that are used again: there may be very many. */
export class LeafPlaces {
  count = 0;
  /** First page of each. */
  vpns = new Float64Array(64);
  tables = new Int32Array(64);
  levels = new Uint8Array(64);

  add(vpn: Vpn, table: Pfn, level: number): void {
    if (this.count === this.vpns.length) this.#grow();
    this.vpns[this.count] = vpn;
    this.tables[this.count] = table;
    this.levels[this.count++] = level;
  }

  /** The first leaf that begins at or after a page. */
  from(vpn: Vpn): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.vpns[middle]! < vpn) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const { vpns, tables, levels } = this;
    this.vpns = new Float64Array(this.count * 2);
    this.tables = new Int32Array(this.count * 2);
    this.levels = new Uint8Array(this.count * 2);
    this.vpns.set(vpns);
    this.tables.set(tables);
    this.levels.set(levels);
  }
}

/** Reads page tables of one mode out of physical memory, as software does: no walk, no trace. */
export class PageTableReader {
  readonly mode: PagingMode;
  readonly pte: PteOps;
  readonly #words: number;
  readonly #spans: readonly number[];
  readonly #leaves = new LeafPlaces();

  constructor(mode: PagingMode) {
    this.mode = mode;
    this.pte = new PteOps(mode);
    this.#words = mode.pteBytes / 4;
    this.#spans = [...spanShifts(mode)].map((shift) => 2 ** shift);
  }

  /** Pages that one entry of a level spans. */
  span(level: number): number {
    return this.#spans[level]!;
  }

  entry(memory: PhysicalMemory, table: Pfn, level: number, base: Vpn, index: number): Entry {
    const lo = memory.read(table, index * this.#words);
    const hi = this.#words === 2 ? memory.read(table, index * this.#words + 1) : 0;
    const vpn = base + index * this.span(level);
    const { format } = this.mode;
    const make = (kind: EntryKind, pfn: Pfn): Entry => ({ kind, index, level, vpn, pfn, lo, hi });
    if (lo === 0 && hi === 0) return make('empty', 0);
    if (format.isPresent(lo, hi)) {
      const isLeaf = format.isLeaf(lo, hi, level);
      return make(isLeaf ? 'leaf' : 'table', format.pfnOf(lo, hi, isLeaf ? level : undefined));
    }
    return make(this.pte.protNone(lo) ? 'hidden' : 'swap', this.pte.pfn(lo | 1, hi));
  }

  /** Which entries of a table are not empty, in order. */
  used(memory: PhysicalMemory, table: Pfn, level: number): number[] {
    const found: number[] = [];
    if (!memory.has(table)) return found;
    const count = 2 ** this.mode.indexBits[level - 1]!;
    const slab = memory.slab(table);
    const first = memory.base(table);
    for (let index = 0, at = first; index < count; index++, at += this.#words)
      if (slab[at] !== 0 || (this.#words === 2 && slab[at + 1] !== 0)) found.push(index);
    return found;
  }

  /** Where every leaf below a root is: leaves, hidden leaves and swap entries. Good until the next call. */
  leaves(memory: PhysicalMemory, root: Pfn): LeafPlaces {
    this.#leaves.count = 0;
    this.#below(memory, root, this.mode.levels, 0);
    return this.#leaves;
  }

  /** Leaf number `at` of {@link leaves}. */
  leaf(memory: PhysicalMemory, { vpns, tables, levels }: LeafPlaces, at: number): Entry {
    const level = levels[at]!;
    const span = this.span(level);
    const index = Math.floor(vpns[at]! / span) % 2 ** this.mode.indexBits[level - 1]!;
    return this.entry(memory, tables[at]!, level, vpns[at]! - index * span, index);
  }

  #below(memory: PhysicalMemory, table: Pfn, level: number, base: Vpn): void {
    const span = this.span(level);
    for (const index of this.used(memory, table, level)) {
      if (level > 1) {
        const entry = this.entry(memory, table, level, base, index);
        if (entry.kind === 'table') {
          this.#below(memory, entry.pfn, level - 1, entry.vpn);
          continue;
        }
      }
      this.#leaves.add(base + index * span, table, level);
    }
  }

  /** The kernel's write permission, also of entries that the hardware does not see. */
  writable(entry: Entry): boolean {
    return entry.kind === 'leaf' && this.pte.writable(entry.lo);
  }
}

/** A named field of an entry: one bit, or several. */
export interface EntryField {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly value: bigint;
}

/** All fields of an entry at a level, highest bits first, those that are 0 too. */
export function fieldsOf(mode: PagingMode, level: number, lo: number, hi: number): EntryField[] {
  const word = (BigInt.asUintN(32, BigInt(hi)) << 32n) | BigInt.asUintN(32, BigInt(lo));
  return mode.format.bitNames(level).map(([name, high, low = high]) => ({
    name,
    high,
    low,
    value: BigInt.asUintN(high - low + 1, word >> BigInt(low)),
  }));
}
