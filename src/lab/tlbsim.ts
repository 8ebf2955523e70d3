import { FETCH, LOAD } from '../core/access.ts';
import { AssociativeTable, EMPTY } from '../tlb/associative.ts';
import { type Chunk, CONTINUES, MODIFIES, OFFSET_MASK } from '../trace/chunk.ts';

/** The parameters of CS:APP's cache lab: 2^s sets of E ways, blocks (here: pages) of 2^b bytes. */
export interface TlbSimShape {
  readonly s: number;
  readonly E: number;
  readonly b: number;
}

/** What one access of the trace did: `L 10,1 miss eviction` in the lab's own words. */
export interface SimulatedAccess {
  readonly letter: 'L' | 'S' | 'M';
  readonly address: bigint;
  readonly size: number;
  readonly outcomes: readonly Outcome[];
}
export type Outcome = 'hit' | 'miss' | 'miss eviction';

/** Half of a packed key's region and page fields. */
const PAGE_FIELD = 0x100000;
const WORD = 2 ** 32;

/**
 * The cache lab's simulator over one of the model's TLB tables with LRU: loads and stores look their block up once
 * (an access is taken to lie in one block), a modify is a load and then a store, instruction fetches are skipped.
 */
export class TlbSim {
  hits = 0;
  misses = 0;
  evictions = 0;
  readonly #table: AssociativeTable;
  readonly #s: number;
  readonly #b: number;

  constructor({ s, E, b }: TlbSimShape) {
    this.#table = new AssociativeTable(2 ** s, E, 'lru');
    this.#table.widen((tag) => tag);
    this.#s = s;
    this.#b = b;
  }

  /** Runs a chunk of a trace; `onAccess` hears of every access, in order. */
  run(chunk: Chunk, onAccess?: (access: SimulatedAccess) => void): void {
    let open: { letter: 'L' | 'S' | 'M'; address: bigint; size: number; outcomes: Outcome[] } | null = null;
    for (let i = 0; i < chunk.count; i++) {
      const key = chunk.keys[i]!;
      const type = key & 3;
      if (type === FETCH) continue;
      const flags = chunk.offsets[i]!;
      if (flags & CONTINUES) {
        if (open && (flags & MODIFIES) === 0) open.size += chunk.sizes[i]!;
        continue;
      }
      const page = chunk.keys instanceof Int32Array ? key >>> 2 : Math.floor(key / 4);
      const region = Math.floor(page / PAGE_FIELD);
      const low = (page % PAGE_FIELD) * 4096 + (flags & OFFSET_MASK);
      const high = chunk.regions.highOf(region);
      const outcome = this.#access(region, high, low);
      if (!onAccess) continue;
      if (flags & MODIFIES && open) {
        open.letter = 'M';
        open.outcomes.push(outcome);
        continue;
      }
      if (open) onAccess(open);
      const address = BigInt(high) * BigInt(WORD) + BigInt(low);
      open = { letter: type === LOAD ? 'L' : 'S', address, size: chunk.sizes[i]!, outcomes: [outcome] };
    }
    if (open) onAccess?.(open);
  }

  /** One lookup. The tag names the block: exact in a double, because the trace numbers its upper address halves. */
  #access(region: number, high: number, low: number): Outcome {
    const b = this.#b;
    const sets = 2 ** this.#s;
    let tag: number;
    let set: number;
    if (b < 32) {
      const below = 2 ** (32 - b);
      const block = Math.floor(low / 2 ** b);
      tag = region * below + block;
      set = ((high % sets) * (below % sets) + block) % sets;
    } else {
      tag = Math.floor(high / 2 ** (b - 32));
      set = tag % sets;
    }
    if (this.#table.lookup(set, tag) >= 0) {
      this.hits++;
      return 'hit';
    }
    this.misses++;
    this.#table.insert(set, tag);
    if (this.#table.evicted === EMPTY) return 'miss';
    this.evictions++;
    return 'miss eviction';
  }
}
