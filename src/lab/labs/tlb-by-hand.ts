import type { Rng } from '../../core/rng.ts';
import { boxed } from '../../report/box.ts';
import { distinct, pick } from '../draw.ts';
import type { PaperLab } from '../lab.ts';
import { page, wrap } from '../text.ts';
import { runTlb, type TlbShape } from '../tlb-run.ts';

export interface TlbByHandVariant {
  readonly shape: TlbShape;
  readonly pages: readonly number[];
  readonly offsets: readonly number[];
  /** Of the last question. */
  readonly set: number;
}

const ACCESSES = 18;
const RULES = {
  lru: 'the entry whose last use is longest ago (LRU)',
  fifo: 'the entry that was filled in first, however often it was used since (FIFO)',
  'tree-plru': 'the entry that the bits of the set point to (tree-PLRU, below)',
} as const;
type Rule = keyof typeof RULES;

/** Eighteen accesses through a small TLB: hit or miss, who leaves, what is left. */
export const TLB_BY_HAND: PaperLab<TlbByHandVariant> = {
  kind: 'paper',
  id: 'tlb-by-hand',
  title: 'A TLB by hand',
  minutes: 25,
  about: 'sets, ways and replacement: hit or miss for each access, evictions, what is left',
  generate,
  statement,
  questions: ({ set }) => [
    {
      id: 'q1',
      prompt: `hit or miss, for each of the ${ACCESSES} accesses in order.`,
      points: 6,
      form: { form: 'list', of: { form: 'word', among: ['hit', 'miss'] }, length: ACCESSES },
    },
    { id: 'q2', prompt: 'How many entries were evicted?', points: 2, form: { form: 'number' } },
    {
      id: 'q3',
      prompt: `Which page numbers (VPN) does set ${set} hold in the end?`,
      points: 2,
      form: { form: 'list', of: { form: 'number', hex: true }, length: 1, set: true },
    },
  ],
  key: (variant) => answers(variant, variant.shape),
  working,
  mistakes: [
    {
      id: 'other-policy',
      why: 'This is what another replacement policy does: look again at what counts as a use, and who leaves.',
      keeps: 0.6,
      answers: (variant) =>
        answers(variant, {
          ...variant.shape,
          replacement: variant.shape.replacement === 'lru' ? 'fifo' : 'lru',
        }),
    },
    {
      id: 'sets-ignored',
      why: 'A page can only be in the set that its number chooses: an entry may leave while other sets have room.',
      keeps: 0.5,
      answers: (variant) => {
        const { sets, ways, replacement } = variant.shape;
        const run = runTlb({ sets: 1, ways: sets * ways, replacement }, variant.pages);
        return { q1: run.hits.map(word), q2: String(run.evictions) };
      },
    },
    {
      id: 'every-miss-evicts',
      why: 'That is how often the TLB missed: a miss that finds a free way in its set evicts nobody.',
      keeps: 0.5,
      answers: (variant) => ({ q2: String(runTlb(variant.shape, variant.pages).misses) }),
    },
  ],
};

function generate(rng: Rng): TlbByHandVariant {
  const replacement: Rule = pick(rng, ['lru', 'lru', 'fifo', 'tree-plru'] as const);
  const [sets, ways] = pick(
    rng,
    replacement === 'tree-plru'
      ? ([[2, 4]] as const)
      : ([
          [2, 2],
          [4, 2],
          [2, 3],
          [2, 4],
        ] as const),
  );
  const base = rng.below(0x80) * 16;
  // A few pages more than fit, so that they push each other out, some used more than others.
  const pool = distinct(rng, sets * ways + 2, base, base + 15);
  const pages = Array.from({ length: ACCESSES }, () =>
    rng.below(2) === 0 ? pool[rng.below(4)]! : pool[rng.below(pool.length)]!,
  );
  return {
    shape: { sets, ways, replacement },
    pages,
    offsets: pages.map(() => rng.below(0x1000)),
    set: pages[rng.below(pages.length)]! % sets,
  };
}

function statement({ shape: { sets, ways, replacement }, pages, offsets }: TlbByHandVariant): string {
  const rows = pages.map((vpn, i) => [String(i + 1), hexAddress(vpn, offsets[i]!)]);
  const half = ACCESSES / 2;
  const table = rows.slice(0, half).map((row, i) => [...row, ...rows[i + half]!]);
  return page(
    wrap(`A TLB with ${sets * ways} entries: ${sets} sets of ${ways} ways, pages of 4 KiB. The low bits of the page number
      choose the set (set = VPN mod ${sets}). It is empty at first. A miss fills the translation in: into a free way of
      the set if there is one, else in place of ${RULES[replacement as Rule]}.`),
    ...(replacement === 'tree-plru' ? [PLRU] : []),
    boxed([['access', 'address', 'access', 'address'], ...table], ['right', 'right', 'right', 'right']),
  );
}

const PLRU = `${wrap(`Tree-PLRU: three bits a set, all 0 at first; free ways are taken in the order 0, 1, 2, 3. A bit
  points to the half that was used longer ago: 0 left, 1 right. Each use, hit or fill, sets the bits on its way from the root so
  that they point away from it. The victim is where the bits lead.`)}

              root
            0/    \\1
          left    right
         0/  \\1   0/  \\1
        way 0  1  way 2  3`;

function answers({ pages, set }: TlbByHandVariant, shape: TlbShape) {
  const run = runTlb(shape, pages);
  const left = run.sets[set]!.filter((vpn) => vpn >= 0).map((vpn) => `0x${vpn.toString(16)}`);
  return { q1: run.hits.map(word), q2: String(run.evictions), q3: left };
}

function working({ shape, pages }: TlbByHandVariant): string {
  const { hits, victims } = runTlb(shape, pages);
  const rows = pages.map((vpn, i) => [
    String(i + 1),
    `0x${vpn.toString(16)}`,
    String(vpn % shape.sets),
    word(hits[i]!),
    victims[i]! >= 0 ? `0x${victims[i]!.toString(16)}` : '',
  ]);
  return boxed([['access', 'VPN', 'set', 'outcome', 'evicts'], ...rows], ['right', 'right', 'right']);
}

function word(hit: boolean): string {
  return hit ? 'hit' : 'miss';
}

function hexAddress(vpn: number, offset: number): string {
  return `0x${(vpn * 4096 + offset).toString(16)}`;
}
