import { describe, expect, it } from 'vitest';
import { TLB_DETECTIVE } from '../../../src/lab/labs/tlb-detective.ts';
import { variantOf } from '../../../src/lab/variant.ts';
import { SEEDS } from '../seeds.ts';

/** Reads everything off the two printed tables, as a student would; the last question by arithmetic. */
function solve(page: string, prompt: string) {
  const [first, second] = page.split('that are a stride apart');
  const spans = [...first!.matchAll(/(\d+) │ +([\d.]+) │/g)]
    .map(([, pages, cycles]) => ({ pages: Number(pages), cycles: Number(cycles) }))
    .sort((a, b) => a.pages - b.pages);
  const base = spans[0]!.cycles;
  const entries = spans.filter(({ cycles }) => cycles === base).at(-1)!.pages;

  const lines = second!.split('\n').filter((line) => /^│ /.test(line));
  const cells = lines.map((line) =>
    line
      .split('│')
      .slice(1, -1)
      .map((cell) => Number(cell)),
  );
  const counts = cells[0]!.slice(1);
  const matrix = cells.slice(1).map(([stride, ...costs]) => ({ stride: stride!, costs }));
  const slowest = Math.max(...matrix.flatMap(({ costs }) => costs));
  // At the largest stride all pages fall into one set of either TLB.
  const crowded = matrix.at(-1)!.costs;
  const lastBelow = (costs: number[], limit: number) =>
    counts[costs.filter((cost) => cost < limit).length - 1]!;
  const ways = lastBelow(crowded, base + 0.1);
  const stlbWays = lastBelow(crowded, slowest);
  const stlbCycles = Math.min(...crowded.filter((cost) => cost > base)) - base;
  const setsWith = (limit: number, wanted: number) =>
    matrix.find(({ costs }) => lastBelow(costs, limit) === wanted)!.stride;

  const lap = Number(/over (\d+) consecutive/.exec(prompt)![1]);
  const sets = entries / ways;
  const missing = (lap - entries) * (ways + 1);
  return {
    q1: String(entries),
    q2: String(ways),
    q3: String(sets),
    q4: String(stlbCycles),
    q5: String(stlbWays),
    q6: String(setsWith(slowest, stlbWays)),
    q7: String(slowest - base - stlbCycles),
    q8: String(lap * base + missing * stlbCycles),
  };
}

describe('the key of tlb-detective', () => {
  it('can be read off the printed tables, in 200 variants', () => {
    for (const seed of SEEDS) {
      const variant = variantOf(TLB_DETECTIVE, seed);
      const prompt = TLB_DETECTIVE.questions(variant).at(-1)!.prompt;
      expect({ seed, ...solve(TLB_DETECTIVE.statement(variant), prompt) }).toEqual({
        seed,
        ...TLB_DETECTIVE.key(variant),
      });
    }
  });
});
