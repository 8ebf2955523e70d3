import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssociativeTable, EMPTY } from '../../src/tlb/associative.ts';

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
