import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssociativeTable, EMPTY } from '../../src/tlb/associative.ts';
import { REPLACEMENTS } from '../../src/tlb/replacement/index.ts';
import { OracleSet } from '../oracle/replacement.ts';

/** One set as a list, the next victim first: the definition of LRU (a hit moves to the end) and FIFO (it does not). */
class ListSet {
  readonly tags: number[] = [];
  readonly #ways: number;
  readonly #moves: boolean;

  constructor(ways: number, moves: boolean) {
    this.#ways = ways;
    this.#moves = moves;
  }

  access(tag: number): { hit: boolean; evicted: number } {
    const at = this.tags.indexOf(tag);
    if (at < 0) {
      const evicted = this.tags.length === this.#ways ? this.tags.shift()! : EMPTY;
      this.tags.push(tag);
      return { hit: false, evicted };
    }
    if (this.#moves) this.tags.push(...this.tags.splice(at, 1));
    return { hit: true, evicted: EMPTY };
  }

  remove(tag: number): void {
    if (this.tags.includes(tag)) this.tags.splice(this.tags.indexOf(tag), 1);
  }
}

/** What the table does with one access: looks up, fills on a miss. */
function access(table: AssociativeTable, set: number, tag: number): { hit: boolean; evicted: number | null } {
  if (table.lookup(set, tag) >= 0) return { hit: true, evicted: null };
  table.insert(set, tag);
  return { hit: false, evicted: table.evicted === EMPTY ? null : table.evicted };
}

const SETS = 2;
const step = fc.record({ set: fc.nat(SETS - 1), tag: fc.nat(40), removes: fc.nat(9).map((n) => n === 0) });

describe.each(['lru', 'fifo'] as const)('%s with entries invalidated between accesses', (policy) => {
  it('keeps the order of what is left, at any number of ways: hits, victims and ranks', () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), steps, (ways, trace) => {
        const table = new AssociativeTable(SETS, ways, policy);
        const lists = Array.from({ length: SETS }, () => new ListSet(ways, policy === 'lru'));
        for (const { set, tag, removes } of trace) {
          const list = lists[set]!;
          if (removes) {
            const slot = table.find(set, tag);
            if (slot >= 0) table.remove(slot);
            list.remove(tag);
          } else {
            const hit = table.lookup(set, tag) >= 0;
            if (!hit) table.insert(set, tag);
            expect({ hit, evicted: hit ? EMPTY : table.evicted }).toEqual(list.access(tag));
          }
          expect(list.tags.map((one) => table.rank(table.find(set, one)))).toEqual([...list.tags.keys()]);
        }
        expect(table.live).toBe(lists.reduce((sum, { tags }) => sum + tags.length, 0));
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(['tree-plru', 'bit-plru', 'srrip'] as const)('%s', (policy) => {
  const ways = policy === 'tree-plru' ? fc.constantFrom(1, 2, 4, 8, 16) : fc.integer({ min: 1, max: 20 });
  const steps = fc.array(step, { minLength: 1, maxLength: 400 });

  it('goes by its definition also where entries are invalidated between accesses', () => {
    fc.assert(
      fc.property(ways, steps, (width, trace) => {
        const table = new AssociativeTable(SETS, width, policy);
        const oracle = Array.from({ length: SETS }, () => new OracleSet(width, policy));
        for (const { set, tag, removes } of trace) {
          const present = table.find(set, tag) >= 0;
          if (removes && present) {
            table.remove(table.find(set, tag));
            oracle[set]!.remove(tag);
          } else if (!removes) expect(access(table, set, tag)).toEqual(oracle[set]!.access(tag));
        }
        expect(table.live).toBe(
          oracle.reduce((sum, { ways }) => sum + ways.filter((one) => one !== null).length, 0),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(REPLACEMENTS)('a table of %s that was cleared', (policy) => {
  it('is empty, and goes on as a new one would', () => {
    const accesses = fc.array(fc.tuple(fc.nat(SETS - 1), fc.nat(20)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 8, 16), accesses, accesses, (ways, before, after) => {
        const used = new AssociativeTable(SETS, ways, policy);
        for (const [set, tag] of before) if (policy !== 'random') access(used, set, tag);
        used.clear();
        expect([used.live, ...used.tags]).toEqual([0, ...new Array(SETS * ways).fill(EMPTY)]);
        const fresh = new AssociativeTable(SETS, ways, policy);
        for (const [set, tag] of after) expect(access(used, set, tag)).toEqual(access(fresh, set, tag));
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(REPLACEMENTS)('a second use right after a fill, under %s', (policy) => {
  it('changes no later victim exactly where the table says so', () => {
    /** Victims of a set of four, where some pages are used once more right after their fill. */
    const victims = (usedAgain: readonly number[]) => {
      const table = new AssociativeTable(1, 4, policy);
      return [1, 2, 3, 4, 5, 6, 7, 8].map((tag) => {
        const { evicted } = access(table, 0, tag);
        if (usedAgain.includes(tag)) table.lookup(0, tag);
        return evicted;
      });
    };
    const same = [[1], [2, 3], [4, 6]].every((again) => String(victims(again)) === String(victims([])));
    expect(new AssociativeTable(1, 4, policy).fillCountsAsUse).toBe(same);
  });
});

describe('ranks', () => {
  it('of free slots are -1; SRRIP shows its predictions: 2 after a fill, 0 after a hit', () => {
    const table = new AssociativeTable(1, 2, 'srrip');
    access(table, 0, 7);
    expect([table.rank(0), table.rank(1)]).toEqual([2, -1]);
    access(table, 0, 7);
    expect(table.rank(0)).toBe(0);
    table.remove(0);
    expect([table.rank(0), table.live]).toEqual([-1, 0]);
    table.remove(0);
    expect(table.live).toBe(0);
  });
});
