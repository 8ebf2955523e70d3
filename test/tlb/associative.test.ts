import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssociativeTable, EMPTY } from '../../src/tlb/associative.ts';
import type { Replacement } from '../../src/tlb/replacement/index.ts';
import { OracleSet } from '../oracle/replacement.ts';

/** What the table does with one access: looks up, fills on a miss. */
function access(table: AssociativeTable, set: number, tag: number): { hit: boolean; evicted: number | null } {
  if (table.lookup(set, tag) >= 0) return { hit: true, evicted: null };
  table.insert(set, tag);
  return { hit: false, evicted: table.evicted === EMPTY ? null : table.evicted };
}

describe.each<Replacement>(['lru', 'fifo', 'tree-plru', 'bit-plru', 'srrip'])('replacement %s', (policy) => {
  it('hits and evicts exactly as the policy is defined, set by set', () => {
    const ways = policy === 'tree-plru' ? fc.constantFrom(1, 2, 4, 8, 16) : fc.integer({ min: 1, max: 24 });
    const accesses = fc.array(fc.tuple(fc.nat(2), fc.nat(40)), { minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(ways, accesses, (width, trace) => {
        const table = new AssociativeTable(3, width, policy);
        const oracle = [0, 1, 2].map(() => new OracleSet(width, policy));
        for (const [set, tag] of trace) expect(access(table, set, tag)).toEqual(oracle[set]!.access(tag));
      }),
      { numRuns: 60 },
    );
  });

  it('fills a slot that was invalidated before it evicts anybody', () => {
    const table = new AssociativeTable(1, 4, policy);
    for (const tag of [10, 11, 12, 13]) access(table, 0, tag);
    table.remove(table.find(0, 11));
    expect(access(table, 0, 14)).toEqual({ hit: false, evicted: null });
    expect(table.live).toBe(4);
  });
});

describe('LRU by hand', () => {
  it('evicts the entry whose last use is longest ago: a b c d, a again, then e takes the place of b', () => {
    const table = new AssociativeTable(1, 4, 'lru');
    for (const tag of [1, 2, 3, 4, 1, 5]) access(table, 0, tag);
    expect(table.find(0, 2)).toBe(-1);
    expect([1, 3, 4, 5].every((tag) => table.find(0, tag) >= 0)).toBe(true);
  });
});

describe('FIFO by hand', () => {
  it('evicts the oldest arrival whatever was used since', () => {
    const table = new AssociativeTable(1, 2, 'fifo');
    for (const tag of [1, 2, 1, 1, 3]) access(table, 0, tag);
    expect(table.find(0, 1)).toBe(-1);
    expect(table.find(0, 2)).toBeGreaterThanOrEqual(0);
  });
});

describe('random replacement', () => {
  it('is the same for the same seed and reaches every way', () => {
    const victims = (seed: number) => {
      const table = new AssociativeTable(1, 4, 'random', seed);
      for (let tag = 0; tag < 4; tag++) access(table, 0, tag);
      return Array.from({ length: 200 }, (_, i) => {
        access(table, 0, 100 + i);
        return table.find(0, 100 + i);
      });
    };
    expect(victims(7)).toEqual(victims(7));
    expect(new Set(victims(7))).toEqual(new Set([0, 1, 2, 3]));
  });
});
