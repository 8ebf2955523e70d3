import { LOAD } from '../../core/access.ts';
import { RegionTable } from '../../core/regions.ts';
import type { Rng } from '../../core/rng.ts';
import { boxed } from '../../report/box.ts';
import { TlbHierarchy } from '../../tlb/hierarchy.ts';
import type { TlbConfig } from '../../tlb/tlb.ts';
import { between, pick } from '../draw.ts';
import type { PaperLab } from '../lab.ts';
import { page, wrap } from '../text.ts';

interface Level {
  readonly sets: number;
  readonly ways: number;
}

export interface DetectiveVariant {
  readonly dtlb: Level;
  readonly stlb: Level;
  /** Cycles that an access takes when the DTLB hits; what the STLB and what a walk add. */
  readonly base: number;
  readonly stlbCycles: number;
  readonly walkCycles: number;
  /** Pages of the loop in the last question: more than the DTLB holds, in every set at most one too many. */
  readonly lap: number;
}

const LAPS = 3;
const SPANS = [4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 384, 512, 768, 1024];
const STRIDES = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13];

/** Two tables of measured loops; everything about the TLBs behind them can be read off. */
export const TLB_DETECTIVE: PaperLab<DetectiveVariant> = {
  kind: 'paper',
  id: 'tlb-detective',
  title: 'TLB detective',
  minutes: 40,
  about: 'infer entries, ways, sets and latencies of two TLB levels from measured loops',
  generate,
  statement,
  questions: ({ lap }) => [
    number('q1', 2, 'How many entries has the DTLB?'),
    number('q2', 2, 'How many ways has the DTLB?'),
    number('q3', 1, 'How many sets has the DTLB?'),
    number('q4', 1, 'How many cycles does an access take longer when the STLB hits after the DTLB missed?'),
    number('q5', 2, 'How many ways has the STLB?'),
    number('q6', 1, 'How many sets has the STLB?'),
    number('q7', 1, 'How many cycles does a page walk add to those of the STLB?'),
    number(
      'q8',
      2,
      `How many cycles does one lap of a loop over ${lap} consecutive pages take, once it is warm?`,
    ),
  ],
  key: (variant) => {
    const { dtlb, stlb, base, lap } = variant;
    const warm = cyclesPerLap(variant, lap, 1);
    return {
      q1: String(dtlb.sets * dtlb.ways),
      q2: String(dtlb.ways),
      q3: String(dtlb.sets),
      q4: String(cyclesPerLap(variant, dtlb.ways + 1, dtlb.sets) / (dtlb.ways + 1) - base),
      q5: String(stlb.ways),
      q6: String(stlb.sets),
      q7: String(variant.walkCycles),
      q8: String(warm),
    };
  },
  mistakes: [
    {
      id: 'first-slow-one',
      why: 'This is where it becomes slow: what the TLB holds is the last size that is not.',
      keeps: 0.5,
      answers: ({ dtlb, stlb }) => ({
        q1: String(SPANS.find((pages) => pages > dtlb.sets * dtlb.ways)),
        q2: String(dtlb.ways + 1),
        q5: String(COUNTS.find((count) => count > stlb.ways)),
      }),
    },
    {
      id: 'stlb-counted-in-walk',
      why: 'A walk begins after the STLB has missed: its cycles are among those you read off, too.',
      keeps: 0.5,
      answers: ({ stlbCycles, walkCycles }) => ({ q7: String(stlbCycles + walkCycles) }),
    },
    {
      id: 'all-pages-miss',
      why: 'Only the sets that got one page too many miss; the pages of the others stay in the DTLB.',
      keeps: 0.5,
      answers: ({ base, stlbCycles, lap }) => ({ q8: String(lap * (base + stlbCycles)) }),
    },
  ],
};

function number(id: string, points: number, prompt: string) {
  return { id, points, prompt, form: { form: 'number' } } as const;
}

function generate(rng: Rng): DetectiveVariant {
  const dtlb = { sets: pick(rng, [4, 8, 16]), ways: pick(rng, [2, 3, 4, 6]) };
  const stlb = {
    sets: pick(rng, [32, 64, 128]),
    ways: pick(
      rng,
      [4, 6, 8, 12].filter((ways) => ways > dtlb.ways),
    ),
  };
  return {
    dtlb,
    stlb,
    base: pick(rng, [1, 4, 5]),
    stlbCycles: between(rng, 5, 14),
    walkCycles: between(rng, 20, 60),
    lap: dtlb.sets * dtlb.ways + between(rng, 1, dtlb.sets - 1),
  };
}

function statement(variant: DetectiveVariant): string {
  const perAccess = (pages: number, stride: number) =>
    (cyclesPerLap(variant, pages, stride) / pages).toFixed(1);
  const spans = SPANS.map((pages) => [String(pages), perAccess(pages, 1)]);
  const half = Math.ceil(spans.length / 2);
  const folded = spans.slice(0, half).map((row, i) => [...row, ...(spans[i + half] ?? [])]);
  const matrix = STRIDES.map((stride) => [
    String(stride),
    ...COUNTS.map((pages) => perAccess(pages, stride)),
  ]);
  return page(
    wrap(`A machine has a DTLB and, behind it, an STLB; both are set-associative with LRU replacement, their sets chosen by the
      low bits of the page number, powers of two in number. Pages are 4 KiB. The machine is a stranger, but its clock can be
      read. A program loads one word from each of a number of pages, over and over, in the same order; these are the cycles
      for each load, once the loop is warm. (The data itself is always in the cache.)`),
    'Loops over consecutive pages; the number of entries of the DTLB is one of these:',
    boxed([['pages', 'cycles', 'pages', 'cycles'], ...folded], ['right', 'right', 'right', 'right']),
    'Loops over a few pages that are a stride apart (rows: the stride in pages; columns: how many pages):',
    boxed([['stride', ...COUNTS.map(String)], ...matrix], ['right', ...COUNTS.map(() => 'right' as const)]),
  );
}

/** Measures a warm lap over `pages` pages, `stride` apart, on the model's own TLBs. */
function cyclesPerLap(variant: DetectiveVariant, pages: number, stride: number): number {
  const { dtlb, stlb, base, stlbCycles, walkCycles } = variant;
  const regions = new RegionTable();
  const region = regions.intern(0);
  const tlbs = new TlbHierarchy(
    { itlb: tlb('ITLB', dtlb), dtlb: tlb('DTLB', dtlb), stlb: tlb('STLB', stlb) },
    regions,
  );
  const first = tlbs.first(LOAD);
  let cycles = 0;
  for (let lap = 1; lap <= LAPS; lap++) {
    cycles = 0;
    for (let i = 0; i < pages; i++) {
      const vpn = i * stride;
      const key = tlbs.keyOf(0, region, vpn);
      cycles += base;
      if (tlbs.lookup(first, key, region, vpn) >= 0) continue;
      cycles += stlbCycles;
      if (tlbs.lookup(tlbs.stlb!, key, region, vpn) < 0) {
        cycles += walkCycles;
        tlbs.fill(tlbs.stlb!, key, region, vpn, vpn, 0, 0);
      }
      tlbs.fill(first, key, region, vpn, vpn, 0, 0);
    }
  }
  return cycles;
}

function tlb(name: string, { sets, ways }: Level): TlbConfig {
  return { name, latency: 0, arrays: [{ shifts: [0], sets, ways, replacement: 'lru' }] };
}
