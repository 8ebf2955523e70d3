import type { Rng } from '../../core/rng.ts';
import { boxed } from '../../report/box.ts';
import { pick, shuffled } from '../draw.ts';
import type { Answers, PaperLab } from '../lab.ts';
import { type Counts, counted, type Region, STLB_ENTRIES } from '../page-size-counts.ts';
import { page, wrap } from '../text.ts';

export interface HugeOrNotVariant {
  readonly regions: readonly Region[];
}

interface Cost {
  readonly small: number;
  readonly huge: number;
  /** kB in memory at the end of the first step. */
  readonly smallMemory: number;
  readonly hugeMemory: number;
}

/** Cycles, medians measured on Linux 6.18 on an AMD EPYC at 2.445 GHz; the walk is a round number. */
const CYCLES = {
  fault: 4459,
  hugeFault: 414222,
  forkPage: 177,
  forkHuge: 2162,
  copy: 6542,
  split: 31924,
  walk: 50,
} as const;

/** Huge pages for this mapping, or not: count the faults, the copies and the TLB misses of both, and choose. */
export const HUGE_OR_NOT: PaperLab<HugeOrNotVariant> = {
  kind: 'paper',
  id: 'huge-or-not',
  title: 'Huge page or not?',
  minutes: 40,
  about: 'cycles and memory of 4 KiB and 2 MiB pages for three mappings; which to choose',
  generate,
  statement,
  questions: ({ regions }) =>
    regions.flatMap(({ name }, i) => [
      {
        id: `q${3 * i + 1}`,
        points: 3,
        prompt: `${name}: cycles with 4 KiB pages, cycles with 2 MiB pages, all steps together.`,
        form: { form: 'list', of: { form: 'number' }, length: 2 },
      } as const,
      {
        id: `q${3 * i + 2}`,
        points: 1,
        prompt: `${name}: kB of memory after step 1 with 4 KiB pages, and with 2 MiB pages (page tables left out).`,
        form: { form: 'list', of: { form: 'number' }, length: 2 },
      } as const,
      {
        id: `q${3 * i + 3}`,
        points: 1,
        prompt: `${name}: which takes fewer cycles?`,
        form: { form: 'word', among: ['4K', '2M'] },
      } as const,
    ]),
  key: ({ regions }) =>
    answersOf(regions, (region) => {
      const { small, huge, smallMemory, hugeMemory } = costOf(region);
      return [[small, huge], [smallMemory, hugeMemory], small <= huge ? '4K' : '2M'];
    }),
  working: ({ regions }) =>
    regions
      .map((region) => `${region.name}: ${explained(region, false)}\n   ${explained(region, true)}`)
      .join('\n'),
  mistakes: [
    {
      id: 'memory-of-touched-pages',
      why: 'A huge page is there whole, as soon as one byte of it was written.',
      keeps: 0.5,
      answers: ({ regions }) =>
        answersOf(regions, (region) => {
          const { smallMemory } = costOf(region);
          return [undefined, [smallMemory, smallMemory], undefined];
        }),
    },
    {
      id: 'copies-whole-huge-page',
      why: 'Since Linux 5.8 a write to a shared huge page splits it and copies 4 KiB, not 2 MiB.',
      keeps: 0.5,
      answers: ({ regions }) =>
        answersOf(regions, (region) => {
          if (!region.forked || region.cowStep === 0) return [undefined, undefined, undefined];
          const { small, huge } = costOf(region);
          const copied = counted(region, true);
          const later = copied.copies * CYCLES.copy + copied.splits * (CYCLES.split - CYCLES.hugeFault);
          return [[small, huge - later], undefined, undefined];
        }),
    },
    {
      id: 'tlb-left-out',
      why: 'The reads of step 3 miss the STLB where there are more pages than entries: a walk each.',
      keeps: 0.6,
      answers: ({ regions }) =>
        answersOf(regions, (region) => {
          const { small, huge } = costOf(region);
          const without = (sum: number, isHuge: boolean) => sum - CYCLES.walk * counted(region, isHuge).walks;
          return [[without(small, false), without(huge, true)], undefined, undefined];
        }),
    },
  ],
};

/** What a region may be like: dense and reread, sparse, forked and rewritten. */
const KINDS: readonly Omit<Region, 'name'>[] = [
  ...[1, 2].flatMap((hugePages) =>
    [400, 800, 1600].map((laps) => ({ hugePages, touchStep: 1, forked: false, cowStep: 0, laps })),
  ),
  ...[1, 2].flatMap((hugePages) =>
    [16, 32, 64].map((touchStep) => ({ hugePages, touchStep, forked: false, cowStep: 0, laps: 100 })),
  ),
  ...[1, 2].flatMap((hugePages) =>
    [1, 4, 32].map((cowStep) => ({ hugePages, touchStep: 1, forked: true, cowStep, laps: 20 })),
  ),
];

function generate(rng: Rng): HugeOrNotVariant {
  const groups = [KINDS.slice(0, 6), KINDS.slice(6, 12), KINDS.slice(12)];
  const kinds = shuffled(
    rng,
    groups.map((group) => pick(rng, group)),
  );
  return { regions: kinds.map((kind, i) => ({ ...kind, name: 'ABC'[i]! })) };
}

function statement({ regions }: HugeOrNotVariant): string {
  const rows = regions.map(({ name, hugePages, touchStep, forked, cowStep, laps }) => [
    name,
    `${2 * hugePages} MiB`,
    touchStep === 1 ? 'every page' : `every ${touchStep}th page`,
    forked ? `every ${cowStep === 1 ? '' : `${cowStep}th `}page` : 'no fork',
    `${laps} times`,
  ]);
  return page(
    wrap(`Three mappings of private anonymous memory, each aligned to 2 MiB. In step 1 a process writes to some pages (page 0 is
      one of them). In step 2, for some mappings, it forks, and writes to some pages again while its child, which touches nothing, is alive. In
      step 3 it reads the pages of step 1 in order, as often as said.`),
    boxed([['', 'size', 'step 1: writes to', 'step 2: writes to', 'step 3: reads all'], ...rows]),
    wrap(`Each mapping has either 4 KiB pages or transparent huge pages (2 MiB). What things cost, in cycles, measured on Linux 6.18
      (but the walk, which is a round number):`),
    boxed(
      [
        ['what', 'cycles'],
        ['fault: the first write to a 4 KiB page', String(CYCLES.fault)],
        ['fault: the first write to a 2 MiB page', String(CYCLES.hugeFault)],
        ['fork: for each 4 KiB page that is there', String(CYCLES.forkPage)],
        ['fork: for each 2 MiB page that is there', String(CYCLES.forkHuge)],
        ['fault: a copy of a shared 4 KiB page', String(CYCLES.copy)],
        ['fault: a write to a shared 2 MiB page: it is split, and 4 KiB copied', String(CYCLES.split)],
        ['STLB miss: a walk', String(CYCLES.walk)],
      ],
      ['left', 'right'],
    ),
    wrap(`After the split, the other pages of that huge page are 4 KiB pages, shared. In step 3 count STLB misses: ${STLB_ENTRIES}
      entries for either size, fully associative, LRU, empty at first; after step 2 the pages are 4 KiB where they were split.`),
  );
}

function costOf(region: Region): Cost {
  const sum = (counts: Counts) =>
    counts.faults * CYCLES.fault +
    counts.hugeFaults * CYCLES.hugeFault +
    counts.forkPages * CYCLES.forkPage +
    counts.forkHuge * CYCLES.forkHuge +
    counts.copies * CYCLES.copy +
    counts.splits * CYCLES.split +
    counts.walks * CYCLES.walk;
  const small = counted(region, false);
  const huge = counted(region, true);
  return { small: sum(small), huge: sum(huge), smallMemory: small.memory, hugeMemory: huge.memory };
}

function explained(region: Region, huge: boolean): string {
  const { memory, ...counts } = counted(region, huge);
  const parts = Object.entries(counts).filter(([, number]) => number > 0);
  return `${huge ? '2M' : '4K'}: ${parts.map(([name, number]) => `${number} ${name}`).join(', ')}; ${memory} kB`;
}

type Parts = [
  cycles: readonly number[] | undefined,
  memory: readonly number[] | undefined,
  choice: string | undefined,
];

function answersOf(regions: readonly Region[], parts: (region: Region) => Parts): Answers {
  const answers: [string, string | string[]][] = [];
  for (const [i, region] of regions.entries()) {
    const [cycles, memory, choice] = parts(region);
    if (cycles) answers.push([`q${3 * i + 1}`, cycles.map(String)]);
    if (memory) answers.push([`q${3 * i + 2}`, memory.map(String)]);
    if (choice) answers.push([`q${3 * i + 3}`, choice]);
  }
  return Object.fromEntries(answers);
}
