import { FETCH, LOAD } from '../core/access.ts';
import type { Chunk } from './chunk.ts';

/** How many records one may have to go on with, at most, to be where all state can be known again. */
const BLOCK_RECORDS = 4096;
const NOTHING = -1;

/**
 * A chunk without the records that do what the record before them in their TLB did: the same access to the same page.
 * Each of them is a hit on the entry that its TLB has used last, whatever the TLB's size and policy: it changes no
 * state, takes no time beyond its issue, and counts as a lookup. That holds as long as nothing but records happens, so
 * they are folded block by block: whoever finds something else happening (a signal, an invalidation) goes on with
 * every record of the chunk to the end of the block. Loads and stores may share a TLB or not: what is left out may be
 * left out in both cases. It says nothing of data caches.
 */
export interface Compacted {
  /** The records that are kept, and the place of each in the chunk. */
  readonly keys: Int32Array;
  readonly places: Uint16Array;
  /** By block, and one behind the last: its first record in the chunk, and its first one that is kept. */
  readonly records: Uint32Array;
  readonly kept: Uint32Array;
  /** By block: fetches, loads and stores left out. */
  readonly folded: Uint16Array;
}

/** What is left of packed records, `keys` in a chunk of `count` of them. A block begins with each event. */
export function compact(keys: Int32Array, count: number, events: Chunk['events']): Compacted {
  const records = Uint32Array.from(blockStarts(count, events));
  const blocks = records.length - 1;
  const kept = new Uint32Array(blocks + 1);
  const folded = new Uint16Array(3 * blocks);
  const places = new Uint16Array(count);
  for (let block = 0; block < blocks; block++) {
    const own = folded.subarray(3 * block, 3 * block + 3);
    kept[block + 1] = compactBlock(keys, records[block]!, records[block + 1]!, places, kept[block]!, own);
  }
  const left = kept[blocks]!;
  const own = new Int32Array(left);
  for (let i = 0; i < left; i++) own[i] = keys[places[i]!]!;
  return { keys: own, places: places.slice(0, left), records, kept, folded };
}

/** Where blocks begin, and the end of the last one. */
function blockStarts(count: number, events: Chunk['events']): number[] {
  const starts = [0];
  for (const end of [...events.map(({ at }) => at), count]) {
    for (let last = starts.at(-1)!; last < end; last = starts.at(-1)!)
      starts.push(Math.min(end, last + BLOCK_RECORDS));
  }
  return starts;
}

/** Writes the places of the records from..to-1 that are kept behind the first `kept`; how many there are then. */
function compactBlock(
  keys: Int32Array,
  from: number,
  to: number,
  places: Uint16Array,
  kept: number,
  folded: Uint16Array,
): number {
  let next = kept;
  let lastFetch = NOTHING;
  let lastLoad = NOTHING;
  let lastStore = NOTHING;
  let dataPage = NOTHING;
  let fetches = 0;
  let loads = 0;
  let stores = 0;
  for (let i = from; i < to; i++) {
    const record = keys[i]!;
    if (record === lastFetch) {
      fetches++;
      continue;
    }
    if (record === lastLoad) {
      loads++;
      continue;
    }
    if (record === lastStore) {
      stores++;
      continue;
    }
    places[next++] = i;
    const type = record & 3;
    if (type === FETCH) {
      lastFetch = record;
      continue;
    }
    const page = record - type;
    if (page !== dataPage) lastLoad = lastStore = NOTHING;
    dataPage = page;
    if (type === LOAD) lastLoad = record;
    else lastStore = record;
  }
  folded[0] = fetches;
  folded[1] = loads;
  folded[2] = stores;
  return next;
}
