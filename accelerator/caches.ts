// src/memory/cache.ts and hierarchy.ts.
import {
  CACHE_BYTES,
  CACHE_HITS,
  CACHE_LINES,
  CACHE_MASK,
  CACHE_MISSES,
  CACHE_SETS,
  CACHE_WAYS,
  HIERARCHY_CACHES,
  HIERARCHY_COUNT,
  HIERARCHY_DRAM,
  HIERARCHY_LATENCIES,
  HIERARCHY_LINE_SHIFT,
} from '../src/sim/accelerator/layout';

const PAGE_SHIFT = 12;

function count(record: usize, tally: usize): void {
  store<i32>(record + tally, load<i32>(record + tally) + 1);
}

/** One pass: each line moves a place back until the hole that the line leaves, or off the end. */
function lookup(cache: usize, line: i32): bool {
  const mask = load<i32>(cache, CACHE_MASK);
  const set = mask >= 0 ? line & mask : line % load<i32>(cache, CACHE_SETS);
  const ways = load<i32>(cache, CACHE_WAYS);
  let at = <usize>load<i32>(cache, CACHE_LINES) + ((set * ways) << 2);
  let moving = load<i32>(at);
  if (moving === line) return true;
  store<i32>(at, line);
  const end = at + (ways << 2);
  for (at += 4; at < end; at += 4) {
    const here = load<i32>(at);
    store<i32>(at, moving);
    if (here === line) return true;
    moving = here;
  }
  return false;
}

/** Requests the line of a byte; who answers, the number of caches standing for memory. */
export function request(hierarchy: usize, frame: f64, offset: i32): i32 {
  const lineShift = load<i32>(hierarchy, HIERARCHY_LINE_SHIFT);
  const line = ((<i32>frame) << (PAGE_SHIFT - lineShift)) + (offset >>> lineShift);
  const caches = load<i32>(hierarchy, HIERARCHY_COUNT);
  let cache = <usize>load<i32>(hierarchy, HIERARCHY_CACHES);
  for (let level = 0; level < caches; level++, cache += CACHE_BYTES) {
    if (lookup(cache, line)) {
      count(cache, CACHE_HITS);
      return level;
    }
    count(cache, CACHE_MISSES);
  }
  count(hierarchy, HIERARCHY_DRAM);
  return caches;
}

export function latencyOf(hierarchy: usize, answered: i32): i32 {
  return load<i32>(<usize>load<i32>(hierarchy, HIERARCHY_LATENCIES) + (answered << 2));
}
