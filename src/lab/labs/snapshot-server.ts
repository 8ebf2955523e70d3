import type { Rng } from '../../core/rng.ts';
import { boxed } from '../../report/box.ts';
import { between } from '../draw.ts';
import type { PaperLab } from '../lab.ts';
import { oncePer, runScenario } from '../scenario-run.ts';
import { page, wrap } from '../text.ts';

/** Pages first..end-1, written once each. */
interface Burst {
  readonly first: number;
  readonly end: number;
}

export interface SnapshotVariant {
  readonly pages: number;
  readonly during: readonly Burst[];
  readonly after: readonly Burst[];
  /** kB that a snapshot may take beyond the data itself. */
  readonly budget: number;
}

/** Cycles, medians measured on Linux 6.18 on an AMD EPYC at 2.445 GHz. */
const CYCLES = { fork: 141537, forkPage: 177, copy: 6542, reuse: 2622 } as const;

/** A server that forks to save its memory (Redis: BGSAVE): what the fork takes, what the save costs, what fits. */
export const SNAPSHOT_SERVER: PaperLab<SnapshotVariant> = {
  kind: 'paper',
  id: 'snapshot-server',
  title: 'Plan a snapshot server',
  minutes: 35,
  about: 'fork time, copies, reuse faults and peak memory of a server that saves by forking',
  generate,
  statement,
  questions: ({ budget }) => [
    number('q1', 1, 'Page-table entries that fork copies.'),
    number('q2', 1, 'Cycles that fork takes: the time in which no client is served.'),
    number('q3', 3, 'Pages copied while the child saves.'),
    number('q4', 2, "kB of the child's page tables below the root, when it starts."),
    number('q5', 3, 'Page faults of the server after the child has exited.'),
    number('q6', 2, 'Cycles of all page faults of the server from the fork on.'),
    number(
      'q7',
      3,
      `Different pages that may be written during a save at most, so that copies and the child's page tables take no more than ${budget} kB.`,
    ),
  ],
  key: (variant) => {
    const { entries, copies, tables, reuses } = run(variant);
    return {
      q1: String(entries),
      q2: String(CYCLES.fork + CYCLES.forkPage * entries),
      q3: String(copies),
      q4: String(4 * tables),
      q5: String(reuses),
      q6: String(CYCLES.copy * copies + CYCLES.reuse * reuses),
      q7: String(Math.floor((variant.budget - 4 * tables) / 4)),
    };
  },
  mistakes: [
    {
      id: 'every-write-copies',
      why: 'A page is copied once: later writes to the same page find the copy.',
      keeps: 0.5,
      answers: ({ during }) => ({ q3: String(during.reduce((sum, { first, end }) => sum + end - first, 0)) }),
    },
    {
      id: 'writable-after-exit',
      why: 'The exit of the child gives no W bit back: the first write to each page that is still write-protected faults.',
      keeps: 0.25,
      answers: () => ({ q5: '0' }),
    },
    {
      id: 'copied-pages-fault-again',
      why: 'Pages that were copied during the save are writable: only the others fault.',
      keeps: 0.5,
      answers: ({ after }) => ({ q5: String(union(after).size) }),
    },
    {
      id: 'tables-forgotten',
      why: "The child's page tables take memory as well.",
      keeps: 0.5,
      answers: ({ budget }) => ({ q7: String(Math.floor(budget / 4)) }),
    },
    {
      id: 'root-counted',
      why: 'That counts the root table too: VmPTE is what is below it.',
      keeps: 0.75,
      answers: (variant) => ({ q4: String(4 * run(variant).tables + 4) }),
    },
  ],
};

function number(id: string, points: number, prompt: string) {
  return { id, points, prompt, form: { form: 'number' } } as const;
}

function generate(rng: Rng): SnapshotVariant {
  const pages = 16 * between(rng, 33, 50);
  const burst = (low: number, high: number): Burst => {
    const first = between(rng, low, high);
    return { first, end: first + between(rng, 10, 40) };
  };
  // Hot pages at the start, written again and again; others anywhere.
  const during = [burst(0, 20), burst(10, 40), burst(30, 60), burst(100, pages - 50)];
  const after = [burst(20, 70), burst(100, pages - 50)];
  return { pages, during, after, budget: 100 * between(rng, 5, 20) };
}

function statement({ pages, during, after }: SnapshotVariant): string {
  const rows = [
    ...during.map((burst, i) => [`save, burst ${i + 1}`, pagesOf(burst)]),
    ['the child exits', ''],
    ...after.map((burst, i) => [`later, burst ${i + 1}`, pagesOf(burst)]),
  ];
  return page(
    wrap(`A server keeps its data in ${pages} pages of private anonymous memory, all of them written before, in one mapping that begins at
      a multiple of 1 GiB. (Nothing else of it counts here.) To save, it forks; the child reads all pages, writes them to disk and
      exits, as Redis does with BGSAVE. Meanwhile clients go on writing. Each burst writes to every page of a range once:`),
    boxed([['when', 'pages written'], ...rows]),
    wrap('What things cost, in cycles, measured on Linux 6.18:'),
    boxed(
      [
        ['what', 'cycles'],
        ['fork: in any case', String(CYCLES.fork)],
        ['fork: for each page that is there', String(CYCLES.forkPage)],
        ['fault: a copy of a shared page', String(CYCLES.copy)],
        ['fault: a page that nobody shares any more is made writable', String(CYCLES.reuse)],
      ],
      ['left', 'right'],
    ),
    'Pages are 4 KiB, tables have four levels of 512 entries.',
  );
}

function pagesOf({ first, end }: Burst): string {
  return `${first} to ${end - 1}`;
}

const run = oncePer(({ pages, during, after }: SnapshotVariant) => {
  const write = ({ first, end }: Burst) => `1 ww A[${first}..${end}] 2`;
  const save = [`1 mmap A ${pages} prot=rw flags=private,anon`, '1 ww A 1', '1 fork 2'];
  const { state, process } = endOf(save);
  const { tables } = process(2);
  const lines = [...save, ...during.map(write), '1 wait 2', ...after.map(write)];
  const { faultsByKind } = endOf(lines).state.counters;
  return {
    entries: state.counters.ptesCopied,
    tables,
    copies: faultsByKind.cowCopy,
    reuses: faultsByKind.cowReuse,
  };
});

function endOf(lines: readonly string[]) {
  const { kernel } = runScenario(lines).machine;
  return { state: kernel.state, process: (pid: number) => kernel.process(pid).mm };
}

function union(bursts: readonly Burst[]): Set<number> {
  const pages = new Set<number>();
  for (const { first, end } of bursts) for (let index = first; index < end; index++) pages.add(index);
  return pages;
}
