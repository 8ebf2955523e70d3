import { FETCH, LOAD, STORE } from '../core/access.ts';
import { CHUNK_RECORDS, type Chunk } from './chunk.ts';

/** How many records one may have to go on with, at most, to be where all state can be known again. */
const BLOCK_RECORDS = 4096;
const NOTHING = -1;

export const MAX_COMPACTED_SETS = 16;

/** Where places are gathered, used again and again. */
const gathered = new Uint16Array(CHUNK_RECORDS);
/** By set: the last fetch, load and store, where the last two are of the last page of data, and that page. */
const last = new Int32Array(4 * MAX_COMPACTED_SETS);

/**
 * A chunk without the records that do what the record before them in their set of a TLB did: the same access to the
 * same page. Each of them is a hit on the entry that its set has used last, whatever the TLB's ways and policy: it
 * changes no state, takes no time beyond its issue, and counts as a lookup. That holds as long as nothing but records
 * happens, so they are folded block by block: whoever finds something else happening (a signal, an invalidation) goes
 * on with every record of the chunk to the end of the block. Loads and stores may share a TLB or not: what is left out
 * may be left out in both cases. It says nothing of data caches.
 */
export interface Compacted {
  /**
   * Sets that were told apart, by the lowest bits of the VPN: a power of two. 1 suits every TLB; more, those that have
   * so many sets or a multiple, chosen in this way, and nothing but 4 KiB entries.
   */
  readonly sets: number;
  /** The records that are kept, and the place of each in the chunk. */
  readonly keys: Int32Array;
  readonly places: Uint16Array;
  /** By block, and one behind the last: its first record in the chunk, and its first one that is kept. */
  readonly records: Uint32Array;
  readonly kept: Uint32Array;
  /** By block: fetches, loads and stores left out. */
  readonly folded: Uint16Array;
}

/**
 * What is left of packed records, `keys` in a chunk of `count` of them. A block begins with each event.
 * @param sets a power of two, up to MAX_COMPACTED_SETS
 */
export function compact(keys: Int32Array, count: number, events: Chunk['events'], sets: number): Compacted {
  const records = Uint32Array.from(blockStarts(count, events));
  const blocks = records.length - 1;
  const kept = new Uint32Array(blocks + 1);
  const folded = new Uint16Array(3 * blocks);
  for (let block = 0; block < blocks; block++) {
    const own = folded.subarray(3 * block, 3 * block + 3);
    kept[block + 1] = compactBlock(keys, records[block]!, records[block + 1]!, sets, kept[block]!, own);
  }
  const places = gathered.slice(0, kept[blocks]!);
  const own = new Int32Array(places.length);
  for (let i = 0; i < own.length; i++) own[i] = keys[places[i]!]!;
  return { sets, keys: own, places, records, kept, folded };
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

/** Gathers the places of the records from..to-1 that are kept behind the first `kept`; how many there are then. */
function compactBlock(
  keys: Int32Array,
  from: number,
  to: number,
  sets: number,
  kept: number,
  folded: Uint16Array,
): number {
  const mask = 4 * sets - 1;
  last.fill(NOTHING, 0, 4 * sets);
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
    const type = record & 3;
    const place = record & mask;
    if (last[place] !== record) gathered[next++] = i;
    else if (type === FETCH) fetches++;
    else if (type === LOAD) loads++;
    else stores++;
    if (type === FETCH) {
      last[place] = lastFetch = record;
      continue;
    }
    const page = record - type;
    const first = place - type;
    if (last[first + 3] !== page) {
      last[first + LOAD] = last[first + STORE] = NOTHING;
      last[first + 3] = page;
    }
    last[place] = record;
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
