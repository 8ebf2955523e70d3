import { FETCH } from '../../core/access.ts';
import { type Chunk, CONTINUES } from '../chunk.ts';
import { Distances } from './distances.ts';
import { PageIndex } from './page-index.ts';
import { SetStacks } from './set-stacks.ts';
import { Spaces } from './spaces.ts';
import { eachStretch } from './stretches.ts';

export interface MrcOptions {
  /** Which accesses count: all of them go to a unified TLB, fetches to an ITLB, the others to a DTLB. */
  readonly accesses: 'all' | 'data' | 'fetch';
  /** log2 of the 4 KiB pages in a page: 0, 9, 18. */
  readonly pageShift: number;
  /** Set counts of the grid, powers of two; none for no grid. */
  readonly sets: readonly number[];
  /** The most ways of the grid. */
  readonly ways: number;
  /**
   * Share of the pages that is followed, 1 for all: SHARDS (Waldspurger et al., FAST 2015). A sample has no grid: in
   * a set of its own a page has other neighbours than in the whole.
   */
  readonly sample: number;
}

/** Groups that a sample is parted into, to see by how much their curves differ. */
const SAMPLE_GROUPS = 4;

/** Misses of every size of a fully associative LRU structure. */
export interface MissCurve {
  /** One for each page that an access touches. */
  readonly lookups: number;
  /** Misses with so many entries: the last entry is first uses only, and holds for every larger size. */
  readonly misses: Float64Array;
  /** Of a sample: standard error of the miss ratio over all sizes, seen between parts of the sample. */
  readonly error: { readonly mean: number; readonly max: number } | null;
}

/** Miss-ratio curves of a trace in one pass: every fully associative size, and a grid of sets and ways. */
export class MissRatios {
  readonly grid: readonly SetStacks[];
  readonly #options: MrcOptions;
  readonly #index = new PageIndex();
  readonly #spaces = new Spaces();
  readonly #all = new Distances();
  readonly #groups: readonly Distances[];
  #lookups = 0;
  /** Lookups of the same page as the lookup before, which hit in everything. */
  #repeats = 0;
  #lastPage = -1;

  constructor(options: MrcOptions) {
    this.#options = options;
    const sampled = options.sample < 1;
    this.grid = sampled ? [] : options.sets.map((sets) => new SetStacks(sets, options.ways));
    this.#groups = sampled ? Array.from({ length: SAMPLE_GROUPS }, () => new Distances()) : [];
  }

  add(chunk: Chunk): void {
    eachStretch(
      chunk,
      (from, to) => this.#records(chunk, from, to),
      (event) => {
        const space = this.#spaces.current;
        this.#spaces.apply(event);
        if (this.#spaces.current !== space) this.#lastPage = -1;
      },
    );
  }

  #records({ keys, offsets }: Chunk, from: number, to: number): void {
    const { accesses, pageShift } = this.#options;
    const wide = keys instanceof Float64Array;
    const wanted = accesses === 'all' ? -1 : accesses === 'fetch' ? 1 : 0;
    let lastPage = this.#lastPage;
    for (let i = from; i < to; i++) {
      const key = keys[i]!;
      if (wanted >= 0 && ((key & 3) === FETCH ? 1 : 0) !== wanted) continue;
      // What tells pages of one space apart: the key without its type and the bits within a large page.
      const page = wide ? Math.floor(key / (4 << pageShift)) : key >> (2 + pageShift);
      if (page === lastPage) {
        // An access that crosses a 4 KiB boundary within a large page is one lookup.
        if (pageShift > 0 && (offsets[i]! & CONTINUES) !== 0) continue;
        this.#repeats++;
        continue;
      }
      lastPage = page;
      this.#lookups++;
      const region = wide ? Math.floor(key / 0x400000) : key >>> 22;
      const low = wide ? key - region * 0x400000 : key & 0x3fffff;
      this.#use(region, low >>> (2 + pageShift));
    }
    this.#lastPage = lastPage;
  }

  #use(region: number, page: number): void {
    const space = this.#spaces.current;
    const { sample } = this.#options;
    if (sample < 1) {
      const hash = spatialHash(space, region, page);
      if (hash >= sample * 0x1_0000_0000) return;
      const id = this.#index.id(space, region, page);
      this.#all.use(id);
      this.#groups[hash % SAMPLE_GROUPS]!.use(id);
      return;
    }
    const id = this.#index.id(space, region, page);
    this.#all.use(id);
    for (const stacks of this.grid) stacks.use(page, id);
  }

  /** Lookups so far. */
  get lookups(): number {
    return this.#lookups + this.#repeats;
  }

  /** The fully associative curve so far. */
  curve(): MissCurve {
    const { sample } = this.#options;
    const { lookups } = this;
    const misses = this.#all.misses(sample);
    // A lookup that repeats the one before hits from one entry on; with none, every lookup misses.
    misses[0] = lookups;
    return { lookups, misses, error: sample < 1 ? this.#error(lookups, misses.length) : null };
  }

  /** By how much the miss ratios of parts of the sample differ, as the standard error of the whole. */
  #error(lookups: number, sizes: number): { mean: number; max: number } {
    const curves = this.#groups.map((group) => group.misses(this.#options.sample / SAMPLE_GROUPS));
    let sum = 0;
    let max = 0;
    for (let size = 1; size < sizes; size++) {
      const ratios = curves.map((curve) => curve[Math.min(size, curve.length - 1)]! / lookups);
      const mean = ratios.reduce((a, b) => a + b, 0) / SAMPLE_GROUPS;
      const variance = ratios.reduce((a, b) => a + (b - mean) ** 2, 0) / (SAMPLE_GROUPS - 1);
      const error = Math.sqrt(variance / SAMPLE_GROUPS);
      sum += error;
      max = Math.max(max, error);
    }
    return { mean: sizes > 1 ? sum / (sizes - 1) : 0, max };
  }
}

/** 32 bits that depend on every bit of the page's name. */
function spatialHash(space: number, region: number, page: number): number {
  let x = Math.imul(page ^ Math.imul(region + 1, 0x9e3779b1) ^ Math.imul(space + 1, 0x85ebca6b), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  x ^= x >>> 16;
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
