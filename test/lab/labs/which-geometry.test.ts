import { describe, expect, it } from 'vitest';
import { WHICH_GEOMETRY } from '../../../src/lab/labs/which-geometry.ts';
import { variantOf } from '../../../src/lab/variant.ts';
import { SEEDS } from '../seeds.ts';

/** A set-associative cache as lists of pages, oldest first. */
function play(sets: number, ways: number, lru: boolean, pages: readonly number[]): boolean[] {
  const content: number[][] = Array.from({ length: sets }, () => []);
  return pages.map((page) => {
    const set = content[page % sets]!;
    const at = set.indexOf(page);
    if (at >= 0 && lru) set.push(...set.splice(at, 1));
    if (at < 0) {
      set.push(page);
      if (set.length > ways) set.shift();
    }
    return at >= 0;
  });
}

/** Solves the printed page: tries every candidate, and measures stack distances. */
function solve(page: string) {
  const accesses = [...page.matchAll(/(\d+) │ +(\d+) │ (hit|miss)/g)]
    .map(([, order, vpn, outcome]) => ({ order: Number(order), vpn: Number(vpn), hit: outcome === 'hit' }))
    .sort((a, b) => a.order - b.order);
  const pages = accesses.map(({ vpn }) => vpn);
  const runs = [...page.matchAll(/│ ([A-F]) │ +(\d) │ +(\d) │ (LRU|FIFO)/g)].map(
    ([, letter, sets, ways, policy]) => ({
      letter,
      hits: play(Number(sets), Number(ways), policy === 'LRU', pages),
    }),
  );
  const fitting = runs.filter(({ hits }) => hits.every((hit, i) => hit === accesses[i]!.hit));
  expect(fitting).toHaveLength(1);

  // The stack distance of a reuse is the number of different pages since the last use, itself included (Mattson).
  let deepest = 1;
  for (const [i, vpn] of pages.entries()) {
    const last = pages.lastIndexOf(vpn, i - 1);
    if (i > 0 && last >= 0) deepest = Math.max(deepest, new Set(pages.slice(last, i)).size);
  }
  return {
    q1: fitting[0]!.letter,
    q2: runs.map(({ hits }) => String(hits.filter((hit) => !hit).length)),
    q3: String(deepest),
  };
}

describe('the key of which-geometry', () => {
  it('is the one candidate that fits the printed outcomes, and Mattson’s stack distance, in 200 variants', () => {
    for (const seed of SEEDS) {
      const variant = variantOf(WHICH_GEOMETRY, seed);
      expect({ seed, ...solve(WHICH_GEOMETRY.statement(variant)) }).toEqual({
        seed,
        ...WHICH_GEOMETRY.key(variant),
      });
    }
  });
});
