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

/** Where the lines of a line's set begin. */
function setOf(cache: usize, line: i32): usize {
  const mask = load<i32>(cache, CACHE_MASK);
  const set = mask >= 0 ? line & mask : line % load<i32>(cache, CACHE_SETS);
  return <usize>load<i32>(cache, CACHE_LINES) + ((set * load<i32>(cache, CACHE_WAYS)) << 2);
}

/** One pass: each line moves a place back until the hole that the line leaves, or off the end. */
function lookup(cache: usize, line: i32): bool {
  const ways = load<i32>(cache, CACHE_WAYS);
  const at = setOf(cache, line);
  if (load<i32>(at) === line) return true;
  return (ways & 3) === 0 ? moveFours(at, ways, line) : moveEach(at, ways, line);
}

function moveEach(set: usize, ways: i32, line: i32): bool {
  let moving = line;
  for (let at = set; at < set + (ways << 2); at += 4) {
    const here = load<i32>(at);
    store<i32>(at, moving);
    if (here === line) return true;
    moving = here;
  }
  return false;
}

/** As {@link moveEach}, four lines at a time: the last one of each four is the first of the next. */
function moveFours(set: usize, ways: i32, line: i32): bool {
  const wanted = i32x4.splat(line);
  let before = wanted;
  for (let at = set; at < set + (ways << 2); at += 16) {
    const here = v128.load(at);
    const moved = v128.shuffle<i32>(before, here, 3, 4, 5, 6);
    const equal = i32x4.bitmask(i32x4.eq(here, wanted));
    if (equal !== 0) {
      const upToHole = i32x4.le_s(i32x4(0, 1, 2, 3), i32x4.splat(ctz(equal)));
      v128.store(at, v128.bitselect(moved, here, upToHole));
      return true;
    }
    v128.store(at, moved);
    before = here;
  }
  return false;
}

/** The first line of a page. */
export function pageLine(hierarchy: usize, frame: f64): i32 {
  return (<i32>frame) << (PAGE_SHIFT - load<i32>(hierarchy, HIERARCHY_LINE_SHIFT));
}

/** Whether the nearest cache has used this line last in its set: then another use changes nothing but a count. */
export function isNewest(hierarchy: usize, line: i32): bool {
  if (load<i32>(hierarchy, HIERARCHY_COUNT) === 0) return false;
  return load<i32>(setOf(<usize>load<i32>(hierarchy, HIERARCHY_CACHES), line)) === line;
}

/** Counts such uses. */
export function countNearest(hierarchy: usize, hits: i32): void {
  if (hits === 0) return;
  const cache = <usize>load<i32>(hierarchy, HIERARCHY_CACHES);
  store<i32>(cache, load<i32>(cache, CACHE_HITS) + hits, CACHE_HITS);
}

/** Requests a line; who answers, the number of caches standing for memory. */
export function request(hierarchy: usize, line: i32): i32 {
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
