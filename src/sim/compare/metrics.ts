import type { LatencyCounts, RunResult } from '../result.ts';

export type Unit = 'ns' | 'count' | 'bytes' | 'cycles' | 'mpki';

/** A number by which points are compared; less is better for every one of them. */
export interface Metric {
  readonly key: string;
  readonly unit: Unit;
  /** In the words of a table's head: what, and which number of it. */
  readonly head: readonly [string, string];
  readonly meaning: string;
  /** undefined where a run does not know it. */
  readonly of: (result: RunResult) => number | undefined;
}

const FRAME_BYTES = 4096;

/** Kinds of faults that ended in a copy made for a write (or, under copy-on-access, an access), or in a frame kept. */
const COPIES = ['cowCopy', 'fileCopy', 'hugeCopy', 'accessCopy'];
const REUSES = ['cowReuse', 'hugeReuse'];

/** Every metric, in the order of the table. */
export const METRICS: readonly Metric[] = [
  ...latency('fork', 'fork', 'a fork', ({ forks }) => forks.latency),
  count('faults.minor', ['faults', 'minor'], 'minor faults', ({ faults }) => faults.minor),
  count('faults.major', ['faults', 'major'], 'major faults', ({ faults }) => faults.major),
  count(
    'faults.copied',
    ['faults', 'COW copy'],
    'faults that copied a page because it was written or, by policy, touched',
    ofKinds(COPIES),
  ),
  count('faults.reused', ['faults', 'COW reuse'], 'write faults that kept the frame', ofKinds(REUSES)),
  count(
    'faults.signals',
    ['faults', 'signals'],
    'faults that ended in a signal',
    ({ faults }) => faults.signals,
  ),
  ...latency('fault', 'fault', 'a fault', ({ faults }) => faults.latency),
  {
    key: 'stalled',
    unit: 'ns',
    head: ['stalled', ''],
    meaning: 'time in faults and forks',
    of: ({ faults, forks, machine }) =>
      faults.latency && nanoseconds(faults.latency.total + (forks.latency?.total ?? 0), machine),
  },
  bytes(
    'memory.copied',
    ['bytes', 'copied'],
    'bytes copied by fork and faults',
    ({ memory }) => memory.bytesCopied,
  ),
  bytes(
    'memory.tables',
    ['tables', 'peak'],
    'page tables at peak',
    ({ memory }) => memory.pageTableBytesPeak,
  ),
  bytes(
    'memory.frames',
    ['memory', 'peak'],
    'frames in use at peak, page tables included',
    ({ memory }) => memory.framesPeak * FRAME_BYTES,
  ),
  bytes(
    'memory.extra',
    ['extra', 'peak'],
    'most memory in use since the first fork beyond that in use at it',
    ({ memory, forks }) =>
      forks.count === 0 || memory.extraPeak === undefined ? undefined : memory.extraPeak * FRAME_BYTES,
  ),
  ...['ITLB', 'DTLB', 'STLB'].map(
    (name): Metric => ({
      key: `${name.toLowerCase()}.mpki`,
      unit: 'mpki',
      head: [name, 'MPKI'],
      meaning: `${name} misses per thousand instructions`,
      of: ({ tlb }) => tlb[name]?.mpki,
    }),
  ),
  {
    key: 'walks.cycles',
    unit: 'cycles',
    head: ['walks', 'cycles'],
    meaning: 'cycles that walkers worked',
    of: ({ walks }) => walks.cycles,
  },
  {
    key: 'time',
    unit: 'ns',
    head: ['total', ''],
    meaning: 'time of the whole run',
    of: ({ cycles, machine }) => nanoseconds(cycles.total, machine),
  },
  {
    key: 'cycles',
    unit: 'cycles',
    head: ['total', 'cycles'],
    meaning: 'cycles of the whole run',
    of: ({ cycles }) => cycles.total,
  },
];

function latency(
  key: string,
  head: string,
  what: string,
  of: (result: RunResult) => LatencyCounts | undefined,
): Metric[] {
  return (['p50', 'p99', 'max'] as const).map((rank) => ({
    key: `${key}.${rank}`,
    unit: 'ns',
    head: [head, rank],
    meaning: `time of ${what}: ${rank === 'max' ? 'the longest' : `${rank.slice(1)} % took no longer`}`,
    of: (result) => {
      const found = of(result);
      return found && found.count > 0 ? nanoseconds(found[rank], result.machine) : undefined;
    },
  }));
}

function count(key: string, head: Metric['head'], meaning: string, of: Metric['of']): Metric {
  return { key, unit: 'count', head, meaning, of };
}

function bytes(key: string, head: Metric['head'], meaning: string, of: Metric['of']): Metric {
  return { key, unit: 'bytes', head, meaning, of };
}

function ofKinds(kinds: readonly string[]): Metric['of'] {
  return ({ faults }) => kinds.reduce((sum, kind) => sum + (faults.byKind[kind] ?? 0), 0);
}

/** Machines differ in frequency: latencies are compared in time. */
function nanoseconds(cycles: number, { core }: RunResult['machine']): number {
  return cycles / core.frequencyGHz;
}
