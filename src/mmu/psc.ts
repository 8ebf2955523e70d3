import type { Asid, Cycle, Pfn, Vpn } from '../core/addr.ts';
import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import { type PagingMode, spanShifts } from './mode/mode.ts';
import { nameOf, PscLevel, spaceOf } from './psc-level.ts';
import { highOf, lowOf } from './split.ts';

export interface PscOptions {
  /** Geometry by the level of the entries cached: 2 (x86 PDE), 3 (PDPTE), ... Levels that the mode lacks are left out. */
  readonly levels: Readonly<Record<string, { readonly sets: number; readonly ways: number }>>;
  /** Cycles of a lookup, all levels at once. */
  readonly latency: Cycle;
  /**
   * What invalidating one page drops: the entries on the way to that page, or all of its address space's. INVLPG does
   * the latter (SDM vol. 3A, 4.10.4.1: "regardless of the linear addresses to which they correspond").
   */
  readonly pageInvalidates: 'path' | 'asid';
}

/**
 * Paging-structure caches (SDM vol. 3A, 4.10.3; the page-walk caches of other makers): an entry says where the next
 * table is and what the entries down to it allow together, so that a walk can begin below the root. Only pointers are
 * cached, and never as global. Probed from the deepest level; the first hit ends the lookup, and it alone counts as a
 * use. True LRU in each set.
 */
export class PagingStructureCaches {
  readonly latency: Cycle;
  /** Deepest first. */
  readonly levels: readonly PscLevel[];
  /** Of the last {@link lookup} that hit: the table that the entry points to, and the attributes so far. */
  table: Pfn = 0;
  attributes = 0;
  private readonly pageInvalidates: 'path' | 'asid';
  private readonly byLevel: (PscLevel | null)[];

  constructor(mode: PagingMode, options: PscOptions, arena: Arena = HOST_MEMORY) {
    const shifts = spanShifts(mode);
    this.byLevel = new Array(mode.levels + 1).fill(null);
    for (let level = 2; level <= mode.levels; level++) {
      const geometry = options.levels[level];
      if (!geometry) continue;
      this.byLevel[level] = new PscLevel(level, shifts[level]!, geometry.sets, geometry.ways, arena);
    }
    this.levels = this.byLevel.filter((cache) => cache !== null);
    this.latency = this.levels.length > 0 ? options.latency : 0;
    this.pageInvalidates = options.pageInvalidates;
  }

  /**
   * The level of the deepest cached entry on the way to a page (split.ts), 0 when there is none; the walk goes on at
   * {@link table}, one level below.
   */
  lookup(asid: Asid, low: number, high: number): number {
    const name = nameOf(low, high);
    const space = spaceOf(asid, high);
    for (let at = 0; at < this.levels.length; at++) {
      const cache = this.levels[at]!;
      const slot = cache.lookup(name, space);
      if (slot >= 0) {
        this.table = cache.tableOf(slot);
        this.attributes = cache.attributesOf(slot);
        return cache.level;
      }
    }
    return 0;
  }

  /** Caches the pointer of `level` that a walk has just followed; nothing where the level has no cache. */
  fill(asid: Asid, low: number, high: number, level: number, table: Pfn, attributes: number): void {
    const cache = this.byLevel[level];
    if (cache) cache.insert(nameOf(low, high), spaceOf(asid, high), table, attributes);
  }

  /** One page of one address space (INVLPG, SFENCE.VMA with both operands). */
  invalidatePage(asid: Asid, vpn: Vpn): void {
    this.invalidateRange(asid, vpn, 1);
  }

  /** `pages` pages from `vpn`. */
  invalidateRange(asid: Asid, vpn: Vpn, pages: number): void {
    if (this.pageInvalidates === 'asid') {
      this.invalidateAsid(asid);
      return;
    }
    for (const cache of this.levels) {
      for (let page = vpn - (vpn % cache.span); page < vpn + pages; page += cache.span) {
        cache.dropPath(nameOf(lowOf(page), highOf(page)), spaceOf(asid, highOf(page)));
      }
    }
  }

  invalidateAsid(asid: Asid): void {
    for (const cache of this.levels) cache.dropAsid(asid);
  }

  invalidateAll(): void {
    for (const cache of this.levels) cache.dropAll();
  }
}
