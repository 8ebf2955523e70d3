import type { PagingMode } from '../../mmu/mode/mode.ts';
import type { Cache, SizeClass, Tlb, TlbArray } from './machine.ts';
import { MAX_ENTRIES, type Problem } from './problem.ts';
import { isSizeOf, sizesOf } from './sizes.ts';

/** Rules for the arrays of one TLB at `path`: possible geometry, sizes that the paging mode has, each held once. */
export function* tlbProblems(
  tlb: Tlb,
  path: string,
  mode: PagingMode,
  pageSize: SizeClass,
): Iterable<Problem> {
  const holders = new Map<SizeClass, number>();
  for (const [i, array] of tlb.arrays.entries()) {
    const at = `${path}.arrays.${i}`;
    yield* geometryProblems(array, at);
    for (const [k, size] of array.sizes.entries()) {
      if (!isSizeOf(size, mode))
        yield {
          path: `${at}.sizes.${k}`,
          message: `${mode.name} has no ${size} pages`,
          remedy: `its sizes are ${sizesOf(mode).join(', ')}`,
        };
      const holder = holders.get(size);
      if (holder !== undefined)
        yield {
          path: `${at}.sizes.${k}`,
          message: `${size} translations have two homes: arrays.${holder} and arrays.${i}`,
          remedy: 'name each page size in one array of a TLB',
        };
      holders.set(size, i);
    }
  }
  const usable = sizesOf(mode).slice(0, sizesOf(mode).indexOf(pageSize) + 1);
  if (!usable.some((size) => holders.has(size)))
    yield {
      path: `${path}.arrays`,
      message: `nothing can be cached here: no array takes ${pageSize} pages (paging.pageSize) or smaller pieces of them`,
      remedy: `add ${pageSize} to the sizes of an array`,
    };
}

function* geometryProblems(array: TlbArray, at: string): Iterable<Problem> {
  const { sets, ways } = array;
  if (Number.isNaN(sets) || Number.isNaN(ways))
    yield {
      path: at,
      message: 'the geometry is incomplete',
      remedy: 'give two of sets, ways and entries, or entries with fullyAssociative: true',
    };
  else if (ways < 1 || sets < 1)
    yield {
      path: `${at}.${ways < 1 ? 'ways' : 'sets'}`,
      message: `a TLB array of ${ways < 1 ? 0 : sets} ${ways < 1 ? 'ways' : 'sets'} holds nothing`,
      remedy: 'use 1 or more (a second level is left out with `stlb: null`)',
    };
  else if (!Number.isInteger(sets) || !Number.isInteger(ways))
    yield {
      path: `${at}.entries`,
      message: `${Math.round(sets * ways)} entries do not divide into ${
        Number.isInteger(ways) ? `${ways} ways` : `${sets} sets`
      }`,
      remedy: 'change one of them, or give sets and ways instead of entries',
    };
  else if (sets * ways > MAX_ENTRIES)
    yield {
      path: `${at}.${ways > sets ? 'ways' : 'sets'}`,
      message: `${sets} sets of ${ways} ways are ${sets * ways} entries; the limit is ${MAX_ENTRIES}`,
      remedy: 'use a smaller array',
    };
  else if (array.index === 'mask' && !isPowerOfTwo(sets))
    yield {
      path: `${at}.sets`,
      message: `${sets} sets cannot be picked by low address bits (index: mask needs a power of two)`,
      remedy: 'use index: modulo, or a power of two',
    };
  if (array.replacement === 'tree-plru' && !isPowerOfTwo(ways))
    yield {
      path: `${at}.replacement`,
      message: `tree-plru needs a power of two of ways, and there are ${ways}`,
      remedy: 'use bit-plru or lru, or other ways',
    };
}

/** Rules for the data caches, `dramLatency` being what comes after them. */
export function* cacheProblems(caches: readonly Cache[], dramLatency: number): Iterable<Problem> {
  const names = new Set<string>();
  let nearer = 0;
  for (const [i, cache] of caches.entries()) {
    const at = `caches.${i}`;
    if (names.has(cache.name))
      yield { path: `${at}.name`, message: `two caches are called ${cache.name}`, remedy: 'rename one' };
    names.add(cache.name);
    if (cache.ways < 1)
      yield { path: `${at}.ways`, message: `${cache.name}: 0 ways hold nothing`, remedy: 'use 1 or more' };
    else if (!isPowerOfTwo(cache.line) || cache.line < 8)
      yield {
        path: `${at}.line`,
        message: `${cache.name}: a line of ${cache.line} bytes`,
        remedy: 'use a power of two from 8 (one PTE) up; 64 is usual',
      };
    else if (cache.line !== caches[0]!.line)
      yield {
        path: `${at}.line`,
        message: `${cache.name} has lines of ${cache.line} bytes, ${caches[0]!.name} of ${caches[0]!.line}`,
        remedy: 'all levels share one line size',
      };
    else if (cache.bytes < 1 || cache.bytes % (cache.ways * cache.line) !== 0)
      yield {
        path: `${at}.bytes`,
        message: `${cache.name}: ${cache.bytes} bytes are no whole number of sets of ${cache.ways} ways of ${cache.line} bytes`,
        remedy: `use a multiple of ${cache.ways * cache.line}`,
      };
    else if (cache.bytes / cache.line > MAX_ENTRIES * 16)
      yield {
        path: `${at}.bytes`,
        message: `${cache.name}: ${cache.bytes} bytes are more than ${MAX_ENTRIES * 16} lines`,
        remedy: 'use a smaller cache',
      };
    if (cache.latency < nearer)
      yield {
        path: `${at}.latency`,
        message: `${cache.name} answers in ${cache.latency} cycles, a nearer level in ${nearer}`,
        remedy: 'latencies count from the request, so they grow with distance',
      };
    nearer = cache.latency;
  }
  if (caches.length > 0 && dramLatency < nearer)
    yield {
      path: 'dram.latency',
      message: `memory answers in ${dramLatency} cycles, a cache in ${nearer}`,
      remedy: 'latencies count from the request, so they grow with distance',
    };
}

export function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(n) && n > 0 && Number.isInteger(Math.log2(n));
}
