import { runMade } from './model.ts';
import { judged, type Reproduction } from './reproduction.ts';

const CHILDREN = 20;
const READS = 20;
const WRITES = 10;
const PAGE = 4096;

/** How often a second a fuzzer runs its program: a fork for each input, or a snapshot that is put back. */
export const fuzzing: Reproduction = {
  name: 'fuzzing',
  title: 'executions a second under a fork server and under a snapshot',
  kind: 'shape',
  source:
    'AFL++ Snapshot LKM, README (5 programs: snapshot 1.3 to 3.6 times the fork server); On-Demand-Fork, EuroSys’21 (AFL and SQLite 2.26 times)',
  async run() {
    const short = await gain('snapshot-restore', { mib: 1, accesses: 20 });
    const long = await gain('snapshot-restore', { mib: 1, accesses: 20_000 });
    const large = await gain('snapshot-restore', { mib: 16, accesses: 20 });
    const onDemand = await gain('on-demand-fork', { mib: 16, accesses: 20 });
    const faster = 'snapshot faster';
    return [
      judged('1 MiB, a run of 600 accesses', faster, times(short), short > 1),
      judged('1 MiB, a run of 600,000 accesses', faster, times(long), long > 1),
      judged('16 MiB, a run of 600 accesses', faster, times(large), large > 1),
      // Not published: what a snapshot saves stays the same while the run grows.
      judged('a longer run gains less', 'expected', `${times(short)}, ${times(long)}`, long < short),
      judged('16 MiB under on-demand-fork', 'between', times(onDemand), onDemand > 1 && onDemand < large),
    ];
  },
};

/** How many times as often as with ordinary forks: a program of so many MiB that touches 30 pages so often each. */
async function gain(policy: string, { mib, accesses }: { mib: number; accesses: number }): Promise<number> {
  const loading = (mib * 2 ** 20) / PAGE;
  const each = (READS + WRITES) * accesses + 2;
  const rate = async (name: string) => {
    const { forks, cycles } = await runMade({
      trace: `fork-server size=${mib}M reads=${READS} writes=${WRITES} accesses=${accesses}`,
      count: loading + CHILDREN * each,
      warmup: loading,
      costs: 'epyc-9005-kvm',
      policy: name,
    });
    return forks.count / cycles.total;
  };
  return (await rate(policy)) / (await rate('linux-6.18'));
}

const times = (factor: number): string => `${factor.toFixed(2)} times`;
