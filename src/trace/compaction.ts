import { FETCH, LOAD, STORE } from '../core/access.ts';
import { CHUNK_RECORDS, type Chunk } from './chunk.ts';
import type { Compacted } from './compacted.ts';

/** How many records one may have to go on with, at most, to be where all state can be known again. */
const BLOCK_RECORDS = 4096;
const NOTHING = -1;

export const MAX_COMPACTED_SETS = 16;

/** Where places are gathered, used again and again. */
const gathered = new Uint16Array(CHUNK_RECORDS);
/** By set: the last fetch, load and store, where the last two are of the last page of data, and that page. */
const last = new Int32Array(4 * MAX_COMPACTED_SETS);

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
