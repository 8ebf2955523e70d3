import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { Cache, type CacheGeometry } from '../../src/memory/cache.ts';
import { LruModel } from '../oracle/lru.ts';

const geometry = (sets: number, ways: number): CacheGeometry => ({
  name: 'L1D',
  bytes: sets * ways * 64,
  ways,
  line: 64,
  latency: 4,
});

describe('a cache', () => {
  it('hits a line from its second use on, and evicts the least recently used line of a full set', () => {
    // Two sets of two ways: even lines share set 0.
    const cache = new Cache(geometry(2, 2), 31);
    const hits = [0, 2, 0, 4, 0, 2].map((line) => cache.access(line));
    // 0 and 2 come in, 0 is used, 4 replaces 2, 0 is still there, 2 is not.
    expect(hits).toEqual([false, false, true, false, true, false]);
    expect([cache.hits, cache.misses]).toEqual([2, 4]);
  });

  it('keeps lines of different sets apart', () => {
    const cache = new Cache(geometry(4, 1), 31);
    for (const line of [0, 1, 2, 3]) cache.access(line);
    expect([0, 1, 2, 3].map((line) => cache.access(line))).toEqual([true, true, true, true]);
  });

  it.each([31, 46])(
    'agrees with a list-per-set LRU, with %i-bit line numbers, whatever the geometry',
    (bits) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 0, max: 2 ** (bits - 8) }),
          fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 300 }),
          (sets, ways, far, near) => {
            const cache = new Cache(geometry(sets, ways), bits);
            const model = new LruModel<true>(sets, ways);
            for (const step of near) {
              const line = far * 7 + step;
              const expected = model.use(line % sets, `${line}`) ?? false;
              if (!expected) model.add(line % sets, `${line}`, true);
              expect(cache.access(line)).toBe(expected);
            }
          },
        ),
      );
    },
  );

  it('counts from zero again after a warm-up, with its lines in place', () => {
    const cache = new Cache(geometry(1, 1), 31);
    cache.access(9);
    cache.resetCounts();
    expect(cache.access(9)).toBe(true);
    expect([cache.hits, cache.misses]).toEqual([1, 0]);
  });

  it('refuses a size that makes no whole number of sets', () => {
    expect(() => new Cache({ ...geometry(1, 1), bytes: 100 }, 31)).toThrow(InputError);
    expect(() => new Cache({ ...geometry(1, 1), bytes: 0 }, 31)).toThrow(InputError);
  });
});
