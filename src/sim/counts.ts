import { FETCH, LOAD } from '../core/access.ts';
import { type Chunk, CONTINUES, MODIFIES } from '../trace/chunk.ts';

/** Accesses of a stretch of a trace, told apart as the result reports them. */
export interface AccessCounts {
  fetches: number;
  loads: number;
  stores: number;
  modifies: number;
  crossings: number;
}

export function noCounts(): AccessCounts {
  return { fetches: 0, loads: 0, stores: 0, modifies: 0, crossings: 0 };
}

/** All accesses, a modify as two. */
export function accessesIn({ fetches, loads, stores, modifies }: AccessCounts): number {
  return fetches + loads + stores + 2 * modifies;
}

/** What a decoder counted since `before`: the accesses of the chunk in hand, without a look at its records. */
export function countsSince(before: AccessCounts, now: AccessCounts): AccessCounts {
  return {
    fetches: now.fetches - before.fetches,
    loads: now.loads - before.loads,
    stores: now.stores - before.stores,
    modifies: now.modifies - before.modifies,
    crossings: now.crossings - before.crossings,
  };
}

export function addCounts(to: AccessCounts, more: AccessCounts): void {
  to.fetches += more.fetches;
  to.loads += more.loads;
  to.stores += more.stores;
  to.modifies += more.modifies;
  to.crossings += more.crossings;
}

/** Counts records from..to-1 of a chunk into `counts`. */
export function countRecords(chunk: Chunk, from: number, to: number, counts: AccessCounts): void {
  const { keys, offsets } = chunk;
  for (let i = from; i < to; i++) {
    const flags = offsets[i]!;
    const type = keys[i]! & 3;
    if (flags & CONTINUES) {
      // The store half of a crossing modify continues too; its load half has been counted as the crossing.
      const first = i === 0 || (offsets[i - 1]! & CONTINUES) === 0;
      if (first && (flags & MODIFIES) === 0) counts.crossings++;
    } else if (type === FETCH) counts.fetches++;
    else if (flags & MODIFIES) {
      counts.modifies++;
      counts.loads--;
    } else if (type === LOAD) counts.loads++;
    else counts.stores++;
  }
}

/** The record at which access number `accesses` (from 0) of a chunk begins; `chunk.count` when it has fewer. */
export function recordOfAccess(chunk: Chunk, accesses: number): number {
  let seen = 0;
  for (let i = 0; i < chunk.count; i++) {
    if (chunk.offsets[i]! & CONTINUES) continue;
    if (seen === accesses) return i;
    seen++;
  }
  return chunk.count;
}
