import type { Pfn, Vpn } from '../../core/addr.ts';
import type { EntryRef, PageTables } from '../../kernel/pagetable/table.ts';
import { placeOf } from '../../kernel/pagetable/use-bits.ts';

const PLACES = 64;

/**
 * Finds the entries of pages as `PageTables.find` does, and remembers where last-level tables are until the kernel runs
 * again.
 */
export class LastTables {
  /** The entry found last: its words, and its place (kernel/pagetable/use-bits.ts). */
  slab: Int32Array = new Int32Array(0);
  at = 0;
  place = 0;
  private readonly tables: PageTables;
  private root: Pfn = 0;
  /** Numbers of last-level tables (VPN / entries), and the first entry of each, or the superpage entry in its stead. */
  private readonly numbers = new Float64Array(PLACES);
  private readonly first = new Array<EntryRef | null>(PLACES).fill(null);

  constructor(tables: PageTables) {
    this.tables = tables;
  }

  /** The kernel ran, or others are the tables in which pages are looked for. */
  begin(root: Pfn): void {
    this.root = root;
    this.first.fill(null);
  }

  /** False when a table on the way is missing. */
  find(vpn: Vpn): boolean {
    const { entries, step } = this.tables;
    const inTable = vpn % entries[1]!;
    const first = this.#firstOf((vpn - inTable) / entries[1]!, vpn - inTable);
    if (first === null) return false;
    const words = first.level === 1 ? inTable * step : 0;
    this.slab = first.slab;
    this.at = first.at + words;
    this.place = placeOf(first) + words;
    return true;
  }

  #firstOf(number: number, vpn: Vpn): EntryRef | null {
    const place = number & (PLACES - 1);
    const known = this.first[place]!;
    if (known !== null && this.numbers[place] === number) return known;
    const first = this.tables.find(this.root, vpn, 1) ?? null;
    this.numbers[place] = number;
    this.first[place] = first;
    return first;
  }
}
