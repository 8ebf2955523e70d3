import type { Rng } from '../../core/rng.ts';
import { pageAt } from '../../kernel/proc/pagemap.ts';
import { gatherSmaps } from '../../kernel/proc/smaps.ts';
import { between, distinct, shuffled } from '../draw.ts';
import type { Answers, PaperLab } from '../lab.ts';
import { oncePer, runScenario } from '../scenario-run.ts';
import { page, wrap } from '../text.ts';

/** Pages first..end-1 of a region, written by a process. */
interface Range {
  readonly pid: number;
  readonly region: 'A' | 'S';
  readonly first: number;
  readonly end: number;
}

export interface ForkBillVariant {
  /** Written by process 1 before anybody forks. */
  readonly before: readonly Range[];
  /** Who forks each of the processes 2, 3 (and 4). */
  readonly parents: readonly number[];
  readonly after: readonly Range[];
}

interface Bill {
  readonly rss: number;
  readonly pss: number;
  readonly vmPte: number;
}

const A_PAGES = 1024;
const S_PAGES = 64;
/** What pagemap says of a page that is not there. */
const NO_FRAME = -1;

/** What a tree of forked processes costs: resident, proportional, and page tables. */
export const FORK_BILL: PaperLab<ForkBillVariant> = {
  kind: 'paper',
  id: 'fork-bill',
  title: 'The memory bill of a fork tree',
  minutes: 40,
  about: 'Rss, Pss and VmPTE of processes that forked each other and wrote a little',
  generate,
  statement,
  questions: (variant) => {
    const who = pidsOf(variant).join(', ');
    const list = (id: string, points: number, prompt: string) =>
      ({
        id,
        points,
        prompt,
        form: { form: 'list', of: { form: 'number' }, length: pidsOf(variant).length },
      }) as const;
    return [
      list('q1', 3, `Rss of the processes ${who}, in kB.`),
      list('q2', 4, `Pss of the processes ${who}, in kB, rounded to the nearest.`),
      list('q3', 3, `VmPTE of the processes ${who}, in kB.`),
      {
        id: 'q4',
        points: 2,
        prompt: 'What all of them have in memory together, page tables left out, in kB.',
        form: { form: 'number' },
      },
    ];
  },
  key: (variant) => answersOf(billed(variant), run(variant).total),
  mistakes: [
    {
      id: 'shared-copied',
      why: 'fork copies no entries of a shared mapping: the child faults its pages in when it touches them.',
      keeps: 0.5,
      answers: (variant) => {
        const wrong = [...billed(variant)];
        // Every child starts with the entries that its parent has.
        const touched = new Map<number, Set<number>>([[1, pagesOf(variant.before, 1, 'S')]]);
        for (const [i, parent] of variant.parents.entries()) touched.set(i + 2, new Set(touched.get(parent)));
        for (const range of variant.after)
          for (const index of pagesOf([range], range.pid, 'S')) touched.get(range.pid)!.add(index);
        return {
          q1: wrong.map(({ rss }, i) => {
            const own = pagesOf([...variant.before, ...variant.after], i + 1, 'S').size;
            return String(rss + 4 * (touched.get(i + 1)!.size - own));
          }),
        };
      },
    },
    {
      id: 'pss-is-rss',
      why: 'That is what is resident: Pss divides each page by the number of its mappers.',
      keeps: 0.5,
      answers: (variant) => ({ q2: billed(variant).map(({ rss }) => String(rss)) }),
    },
    {
      id: 'last-level-tables-only',
      why: 'VmPTE counts the tables of every level below the root.',
      keeps: 0.5,
      answers: (variant) => ({
        q3: billed(variant).map(({ vmPte }, i) => String(vmPte - 4 * upperTables(variant, i + 1))),
      }),
    },
    {
      id: 'rss-added-up',
      why: 'Frames that several processes map were counted several times: the Pss of all add up to what is there.',
      keeps: 0.5,
      answers: (variant) => ({ q4: String(billed(variant).reduce((sum, { rss }) => sum + rss, 0)) }),
    },
  ],
};

function generate(rng: Rng): ForkBillVariant {
  const edge = between(rng, 490, 508);
  const length = 12 * between(rng, 2, 5);
  const before: Range[] = [
    { pid: 1, region: 'A', first: 0, end: 12 * between(rng, 1, 4) },
    { pid: 1, region: 'A', first: edge, end: edge + length },
    { pid: 1, region: 'S', first: 0, end: between(rng, 4, 20) },
  ];
  const parents = [1, between(rng, 1, 2), between(rng, 1, 3)].slice(0, between(rng, 2, 3));
  const pids = [1, ...parents.map((_parent, i) => i + 2)];
  const after = shuffled(rng, pids)
    .slice(0, 3)
    .map((pid): Range => {
      const [first] = distinct(rng, 1, edge, edge + length - 8);
      return { pid, region: 'A', first: first!, end: first! + between(rng, 2, 8) };
    });
  const reader = between(rng, 2, pids.length);
  const start = between(rng, 0, 20);
  after.push({ pid: reader, region: 'S', first: start, end: start + between(rng, 2, 12) });
  return { before, parents, after };
}

function lines({ before, parents, after }: ForkBillVariant): string[] {
  const write = ({ pid, region, first, end }: Range) => `${pid} ww ${region}[${first}..${end}] ${pid}`;
  return [
    `1 mmap A ${A_PAGES} prot=rw flags=private,anon`,
    `1 mmap S ${S_PAGES} prot=rw flags=shared,anon`,
    ...before.map(write),
    ...parents.map((parent, i) => `${parent} fork ${i + 2}`),
    ...after.map(write),
  ];
}

function statement(variant: ForkBillVariant): string {
  return page(
    wrap(`Processes of nothing but two mappings: A, ${A_PAGES} pages of private anonymous memory, and S, ${S_PAGES} pages of
      shared anonymous memory. \`1 ww A[0..24] 1\` = process 1 writes to each of the pages 0 to 23 of A; \`1 fork 2\` =
      process 1 forks process 2.`),
    lines(variant)
      .map((line) => `    ${line}`)
      .join('\n'),
    wrap(`All processes are still alive. The tables have four levels of 512 entries, pages are 4 KiB. A and S begin at
      addresses of their own, multiples of 1 GiB, in the same 512 GiB: so they have one table of level 3 in common, and a table of level 2
      each, if any. VmPTE counts the tables of a process below its root, 4 kB each; of S, the entries point to pages of a file in memory, and
      tables are made by faults.`),
  );
}

const run = oncePer((variant: ForkBillVariant) => {
  const { kernel } = runScenario(lines(variant)).machine;
  const frames = new Set<number>();
  const bills = pidsOf(variant).map((pid): Bill => {
    const { mm } = kernel.process(pid);
    let pss = 0;
    for (const vma of mm.vmas) {
      pss += gatherSmaps(kernel.state, mm, vma).pss;
      for (let vpn = vma.start; vpn < vma.end; vpn++) frames.add(pageAt(kernel.state, mm, vpn).pfn);
    }
    return { rss: mm.resident * 4, pss: Math.round(pss / 4096 / 1024), vmPte: mm.tables * 4 };
  });
  frames.delete(NO_FRAME);
  return { bills, total: frames.size * 4 };
});

function billed(variant: ForkBillVariant): readonly Bill[] {
  return run(variant).bills;
}

function answersOf(bill: readonly Bill[], total: number): Answers {
  return {
    q1: bill.map(({ rss }) => String(rss)),
    q2: bill.map(({ pss }) => String(pss)),
    q3: bill.map(({ vmPte }) => String(vmPte)),
    q4: String(total),
  };
}

function pidsOf({ parents }: ForkBillVariant): number[] {
  return [1, ...parents.map((_parent, i) => i + 2)];
}

function pagesOf(ranges: readonly Range[], pid: number, region: 'A' | 'S'): Set<number> {
  const pages = new Set<number>();
  for (const range of ranges)
    if (range.pid === pid && range.region === region)
      for (let index = range.first; index < range.end; index++) pages.add(index);
  return pages;
}

/** Tables of levels 3 and 2 of a process: one of level 3, one of level 2 for each region that it has tables for. */
function upperTables({ before, after }: ForkBillVariant, pid: number): number {
  return pagesOf([...before, ...after], pid, 'S').size > 0 ? 3 : 2;
}
