import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Journal } from '../../../src/sim/replay/journal.ts';

const STEPS = 10_000;
const CELLS = 50;

/** A journal of random changes, and the cells after every step. */
function randomJournal(seed: number): { journal: Journal; after: (readonly number[])[] } {
  const [numbers] = fc.sample(
    fc.array(fc.nat(CELLS * 4 - 1), { minLength: 2 * STEPS, maxLength: 2 * STEPS }),
    { numRuns: 1, seed },
  );
  const journal = new Journal();
  const cells = new Array<number>(CELLS).fill(0);
  const after = [[...cells]];
  for (let step = 0; step < STEPS; step++) {
    journal.beginStep();
    for (const number of numbers!.slice(2 * step, 2 * step + 2)) {
      const cell = number % CELLS;
      const value = Math.floor(number / CELLS);
      journal.note(cell, cells[cell]!, value);
      cells[cell] = value;
    }
    after.push([...cells]);
  }
  return { journal, after };
}

describe('the journal', () => {
  const { journal, after } = randomJournal(8);

  test('leads from any step to any other, by leaps and single steps', () => {
    const cells = new Array<number>(CELLS).fill(0);
    let at = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: STEPS }), (to) => {
        journal.play(at, to, (cell, value) => {
          cells[cell] = value;
        });
        at = to;
        expect(cells).toEqual(after[to]);
      }),
      { numRuns: 200 },
    );
  });

  test('goes far in a few leaps: at most nine over 10,000 steps, of each cell once', () => {
    for (const [from, to] of [
      [0, STEPS],
      [STEPS, 0],
    ] as const) {
      let touched = 0;
      journal.play(from, to, () => {
        touched++;
      });
      // 10,000 = 2 * 4,096 + 7 * 256 + 16: at most nine leaps of each cell once, and 16 steps of two changes.
      expect(touched).toBeLessThanOrEqual(9 * CELLS + 32);
    }
  });
});
