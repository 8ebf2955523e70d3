import { describe, expect, it } from 'vitest';
import { gradePaper } from '../../src/lab/grade.ts';
import type { PaperLab } from '../../src/lab/lab.ts';
import { variantOf } from '../../src/lab/variant.ts';

/** A lab small enough to add its marks up in the head: 4 + 2 points. */
const LAB: PaperLab<{ n: number }> = {
  kind: 'paper',
  id: 'sum',
  title: 'Sums',
  minutes: 1,
  about: 'for the tests of the engine',
  generate: (rng) => ({ n: rng.below(4) }),
  statement: ({ n }) => `n = ${n}`,
  questions: () => [
    {
      id: 'list',
      prompt: 'n, n + 1, n + 2, n + 3',
      points: 4,
      form: { form: 'list', of: { form: 'number' }, length: 4 },
    },
    { id: 'twice', prompt: '2 n', points: 2, form: { form: 'number' } },
  ],
  key: ({ n }) => ({ list: [n, n + 1, n + 2, n + 3].map(String), twice: String(2 * n) }),
  mistakes: [
    {
      id: 'squared',
      why: 'squared instead of doubled',
      keeps: 0.25,
      answers: ({ n }) => ({ twice: String(n * n) }),
    },
    {
      id: 'off-by-one',
      why: 'one too many',
      keeps: 0.75,
      answers: ({ n }) => ({ list: [1, 2, 3, 4].map((i) => String(n + i)) }),
    },
  ],
};
const SEED = 5;
const { n } = variantOf(LAB, SEED);

describe('grading', () => {
  it('draws no variant in which a mistake gives the right answer: n is never 0 or 2 here', () => {
    for (let seed = 0; seed < 100; seed++) expect([1, 3]).toContain(variantOf(LAB, seed).n);
  });

  it('gives an answer that is wrong in no listed way nothing', () => {
    const { questions } = gradePaper(LAB, SEED, { twice: '77' });
    expect(questions[1]).toEqual({ id: 'twice', points: 2, marks: 0, verdict: 'wrong', reason: 'not right' });
  });

  it('gives a listed mistake its share, its name and its reason', () => {
    const { questions, marks } = gradePaper(LAB, SEED, { twice: String(n * n) });
    expect(questions[1]).toEqual({
      id: 'twice',
      points: 2,
      marks: 0.5,
      verdict: 'partial',
      reason: 'squared instead of doubled',
      mistake: 'squared',
    });
    expect(marks).toBe(0.5);
  });

  it('gives a list half of its points, item by item, and says where it goes wrong', () => {
    // Three of four items: 4 points * 1/2 * 3/4.
    const { questions } = gradePaper(LAB, SEED, { list: [n, n + 1, 99, n + 3].map(String) });
    expect(questions[0]).toMatchObject({
      marks: 1.5,
      verdict: 'partial',
      reason: '3 of 4 items are right; the first wrong one is item 3',
    });
  });

  it('takes something off for items too many', () => {
    const { questions } = gradePaper(LAB, SEED, { list: [n, n + 1, n + 2, n + 3, 0, 0].map(String) });
    expect(questions[0]!.marks).toBe(1);
  });

  it('tells a missing answer from one that cannot be read', () => {
    const { questions } = gradePaper(LAB, SEED, { list: '?', twice: 'two' });
    expect(questions.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['missing', 'no answer'],
      ['wrong', "'two' is not a number"],
    ]);
  });

  it('never tells the right answer', () => {
    const { questions } = gradePaper(LAB, SEED, { list: ['50', '60', '70', '80'], twice: '90' });
    for (const { reason } of questions) expect(reason).not.toContain(String(2 * n));
  });
});
