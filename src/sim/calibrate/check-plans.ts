import { type Command, cycle, HUGE, snapshot } from './commands.ts';
import type { HostCosts } from './host-costs.ts';
import type { Observations } from './observations.ts';
import { PHASES, type PhaseName, shuffledList } from './phases.ts';
import {
  type Prediction,
  predictHugeRewrite,
  predictNaturalFork,
  predictPhase,
  predictSnapshot,
} from './predict.ts';
import { distinctCount, everyPageOnce, zipfPages } from './workload.ts';

/** Something that was not calibrated from: how to predict it, and how to measure it. Times in ns. */
export interface CheckPlan {
  readonly what: string;
  readonly command: Command;
  /** The measured time is the sum of these series. */
  readonly series: readonly string[];
  /** False: shown for comparison, and no part of the verdict (docs/calibration.md says why). */
  readonly judged: boolean;
  /** Observations are for what is a property of the input, such as how its frames lie; never for times. */
  readonly predict: (costs: HostCosts, observations: Observations) => Prediction;
}

/** A list of page numbers that the probe is given. */
export interface WorkloadList {
  readonly name: string;
  readonly pages: () => Uint32Array;
}

const SNAPSHOTS = [
  {
    name: 'zipf-256M',
    what: 'snapshot, 256 MiB, 200,000 Zipf writes',
    pages: 65536,
    writes: 200_000,
    skew: 0.99,
    seed: 11,
  },
  {
    name: 'uniform-64M',
    what: 'snapshot, 64 MiB, 40,000 uniform writes',
    pages: 16384,
    writes: 40_000,
    skew: 0,
    seed: 12,
  },
];

/** Lists of the calibration (every page once) and of the snapshot workloads. */
export function workloadLists(): WorkloadList[] {
  const shuffled = [...new Set([...PHASES.cowCopyScattered.sizes, ...PHASES.store.sizes])];
  return [
    ...shuffled.map((n) => ({ name: shuffledList(n), pages: () => everyPageOnce(n, n) })),
    ...SNAPSHOTS.map(({ name, pages, writes, skew, seed }) => ({
      name,
      pages: () => zipfPages(pages, writes, skew, seed),
    })),
  ];
}

const MIB = 256;

/** None of these sizes is one that a phase is calibrated from. */
export function checkPlans(): CheckPlan[] {
  return [
    ...[1, 4, 16, 64, 256, 1024, 2048].map((mib) =>
      phaseCheck(`fork, ${size(mib)}`, cycle(mib * MIB), 'fork', 'fork', mib * MIB),
    ),
    naturalCheck(160),
    phaseCheck(
      'fork, 256 MiB in 2 MiB pages',
      cycle(256 * MIB, { layout: 'huge' }),
      'fork',
      'forkHuge',
      (256 * MIB) / HUGE,
    ),
    ...[6, 256].map((mib) =>
      phaseCheck(
        `rewrite by the child, ${size(mib)}`,
        cycle(mib * MIB, { child: 'write' }),
        'child',
        'cowCopy',
        mib * MIB,
      ),
    ),
    ...[24, 256].map((mib) =>
      phaseCheck(
        `rewrite by the parent, ${size(mib)}`,
        cycle(mib * MIB, { parent: 'write', fresh: 1 }),
        'parent',
        'cowCopy',
        mib * MIB,
      ),
    ),
    phaseCheck('rewrite once the child is gone, 256 MiB', cycle(256 * MIB), 'after', 'cowReuse', 256 * MIB),
    hugeCheck(
      'rewrite by the child, 96 MiB in 2 MiB pages',
      cycle(96 * MIB, { layout: 'huge', child: 'write' }),
      'child',
      96 * MIB,
    ),
    hugeCheck(
      'rewrite by the parent, 64 MiB in 2 MiB pages',
      cycle(64 * MIB, { layout: 'huge', parent: 'write', fresh: 1 }),
      'parent',
      64 * MIB,
    ),
    phaseCheck('exit, 256 MiB shared', cycle(256 * MIB), 'exit', 'exitShared', 256 * MIB),
    phaseCheck(
      'exit, 256 MiB of its own',
      cycle(256 * MIB, { child: 'write' }),
      'exit',
      'exitOwned',
      256 * MIB,
    ),
    phaseCheck(
      'exit, 256 MiB shared in 2 MiB pages',
      cycle(256 * MIB, { layout: 'huge' }),
      'exit',
      'exitHuge',
      (256 * MIB) / HUGE,
    ),
    ...SNAPSHOTS.map(snapshotCheck),
  ];
}

function size(mib: number): string {
  return mib < 1024 ? `${mib} MiB` : `${mib / 1024} GiB`;
}

function phaseCheck(what: string, command: Command, series: string, phase: PhaseName, n: number): CheckPlan {
  return { what, command, series: [series], judged: true, predict: (costs) => predictPhase(costs, phase, n) };
}

/** The frames of a region that was touched in address order, in whatever state free memory is. */
function naturalCheck(mib: number): CheckPlan {
  const pages = mib * MIB;
  const command = cycle(pages, { layout: 'natural' });
  return {
    what: `fork, ${size(mib)}, frames as they come`,
    command,
    series: ['fork'],
    judged: false,
    // The lower quartile of the breaks, as of the times: a fork is the quicker the fewer there are.
    predict: (costs, observations) =>
      predictNaturalFork(costs, pages, observations.ifGiven(command, 'breaks')?.value),
  };
}

function hugeCheck(what: string, command: Command, series: string, pages: number): CheckPlan {
  return {
    what,
    command,
    series: [series],
    judged: true,
    predict: (costs) => predictHugeRewrite(costs, pages),
  };
}

function snapshotCheck({ name, what, pages, writes, skew, seed }: (typeof SNAPSHOTS)[number]): CheckPlan {
  return {
    what,
    command: snapshot(pages, name, { elsewhere: 1 }),
    series: ['fork', 'write'],
    judged: true,
    predict: (costs) =>
      predictSnapshot(costs, pages, writes, distinctCount(zipfPages(pages, writes, skew, seed))),
  };
}
