import type { Rng } from '../../core/rng.ts';
import { boxed } from '../../report/box.ts';
import { distinct, pick, shuffled } from '../draw.ts';
import type { PaperLab } from '../lab.ts';
import { page, wrap } from '../text.ts';
import { runTlb, type TlbRun, type TlbShape } from '../tlb-run.ts';

export interface WhichGeometryVariant {
  readonly candidates: readonly TlbShape[];
  /** Index of the candidate that made the outcomes. */
  readonly truth: number;
  readonly pages: readonly number[];
}

const ACCESSES = 28;
const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F'];

/** All of eight entries, so that only sets, ways and policy can tell them apart. */
const SHAPES: readonly TlbShape[] = [
  { sets: 1, ways: 8, replacement: 'lru' },
  { sets: 2, ways: 4, replacement: 'lru' },
  { sets: 4, ways: 2, replacement: 'lru' },
  { sets: 8, ways: 1, replacement: 'lru' },
  { sets: 1, ways: 8, replacement: 'fifo' },
  { sets: 2, ways: 4, replacement: 'fifo' },
  { sets: 4, ways: 2, replacement: 'fifo' },
];

/** Outcomes are given, the TLB is not: six candidates, of which one fits access by access. */
export const WHICH_GEOMETRY: PaperLab<WhichGeometryVariant> = {
  kind: 'paper',
  id: 'which-geometry',
  title: 'Which geometry made these misses?',
  minutes: 30,
  about: 'find sets, ways and replacement of a TLB from the hits and misses it made',
  generate,
  statement,
  questions: ({ candidates }) => [
    {
      id: 'q1',
      prompt: 'Which candidate made these outcomes?',
      points: 4,
      form: { form: 'word', among: LETTERS.slice(0, candidates.length) },
    },
    {
      id: 'q2',
      prompt: `How often would each of the candidates ${LETTERS.slice(0, candidates.length).join(', ')} have missed?`,
      points: 6,
      form: { form: 'list', of: { form: 'number' }, length: candidates.length },
    },
    {
      id: 'q3',
      prompt: 'The fewest entries with which a fully associative LRU TLB misses no page twice.',
      points: 2,
      form: { form: 'number' },
    },
  ],
  key: (variant) => {
    const runs = runsOf(variant);
    return {
      q1: LETTERS[variant.truth]!,
      q2: runs.map(({ misses }) => String(misses)),
      q3: String(smallestWithoutRepeats(variant.pages)),
    };
  },
  working: (variant) =>
    runsOf(variant)
      .map(({ hits }, i) => {
        const first = hits.findIndex((hit, at) => hit !== runsOf(variant)[variant.truth]!.hits[at]);
        return `${LETTERS[i]}: ${first < 0 ? 'fits' : `differs first at access ${first + 1}`}`;
      })
      .join('\n'),
  mistakes: [
    {
      id: 'counted-only',
      why: 'This candidate misses as often, but not at the same accesses: compare access by access.',
      keeps: 0.25,
      answers: (variant) => ({ q1: LETTERS[lookAlike(variant)]! }),
    },
    {
      id: 'pages-for-distance',
      why: 'That is how many pages there are. How many different ones lie between two uses of the same page?',
      keeps: 0.25,
      answers: ({ pages }) => ({ q3: String(new Set(pages).size) }),
    },
    {
      id: 'first-touches-forgotten',
      why: 'The first access to a page is a miss too (compulsory): count those as well.',
      keeps: 0.5,
      answers: (variant) => {
        const compulsory = new Set(variant.pages).size;
        return { q2: runsOf(variant).map(({ misses }) => String(misses - compulsory)) };
      },
    },
  ],
};

/** Draws until all candidates differ in their outcomes and another one misses as often as the true one. */
function generate(rng: Rng): WhichGeometryVariant {
  for (;;) {
    const candidates = shuffled(rng, SHAPES).slice(0, LETTERS.length);
    const base = rng.below(0x10) * 16;
    const pool = distinct(rng, 11, base, base + 31);
    const pages = Array.from({ length: ACCESSES }, () =>
      rng.below(2) === 0 ? pool[rng.below(5)]! : pick(rng, pool),
    );
    const variant = { candidates, truth: rng.below(candidates.length), pages };
    const patterns = new Set(runsOf(variant).map(({ hits }) => hits.join()));
    if (patterns.size === candidates.length && lookAlike(variant) >= 0) return variant;
  }
}

function statement(variant: WhichGeometryVariant): string {
  const { candidates, truth, pages } = variant;
  const { hits } = runsOf(variant)[truth]!;
  const shapes = candidates.map(({ sets, ways, replacement }, i) => [
    LETTERS[i]!,
    String(sets),
    String(ways),
    replacement === 'lru' ? 'LRU' : 'FIFO',
  ]);
  const columns = 4;
  const rows = Math.ceil(ACCESSES / columns);
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const i = column * rows + row;
      return [String(i + 1), String(pages[i]), hits[i] ? 'hit' : 'miss'];
    }).flat(),
  );
  const head = Array.from({ length: columns }, () => ['access', 'VPN', '']).flat();
  return page(
    wrap(`A TLB of eight entries, empty at first, saw these accesses (page numbers in decimal). One of the candidates made
      exactly these hits and misses. Set = VPN mod sets; a free way is filled first.`),
    boxed([['', 'sets', 'ways', 'replacement'], ...shapes], ['left', 'right', 'right']),
    boxed(
      [head, ...cells],
      head.map((name) => (name === '' ? 'left' : 'right')),
    ),
  );
}

function runsOf({ candidates, pages }: WhichGeometryVariant): TlbRun[] {
  return candidates.map((shape) => runTlb(shape, pages));
}

/** Another candidate with as many misses as the true one; -1 when there is none. */
function lookAlike(variant: WhichGeometryVariant): number {
  const runs = runsOf(variant);
  return runs.findIndex((run, i) => i !== variant.truth && run.misses === runs[variant.truth]!.misses);
}

function smallestWithoutRepeats(pages: readonly number[]): number {
  const compulsory = new Set(pages).size;
  let ways = 1;
  while (runTlb({ sets: 1, ways, replacement: 'lru' }, pages).misses > compulsory) ways++;
  return ways;
}
