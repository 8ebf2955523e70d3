import { loadMachine } from '../src/sim/machine/load.ts';
import { Simulation } from '../src/sim/run.ts';
import { compareWith, compileReference } from './reference.ts';
import type { Row } from './row.ts';
import { type Columns, sourceOf } from './workload/columns.ts';
import { recorded } from './workload/recorded.ts';
import { gups, sequential, zipf } from './workload/synthetic.ts';

const ROUNDS = 4;
export const TRACE = 'traces/cc1.lackey.br';
/** Run before anything is timed: a process that has run only one machine is not what users have. */
const OTHER_MACHINES = ['zen5', 'champsim', 'lab-tiny'];

/** Runs a trace once on each of several other machines. */
export async function runOtherMachines(trace: Columns): Promise<void> {
  for (const name of OTHER_MACHINES) await runOn(name, trace);
}

/** Runs a decoded trace on a machine preset. */
export async function runOn(machineName: string, columns: Columns): Promise<void> {
  const { machine } = await loadMachine(machineName);
  const source = sourceOf(columns, { nanoseconds: [] });
  await new Simulation(machine, source, { kernel: 'demand' }).run(source);
}

/** TLBs, walker, A/D bits and caches from decoded chunks, against the same model in C. */
export async function coreRows(): Promise<Row[]> {
  const trace = await recorded(TRACE);
  await runOtherMachines(trace);
  const workloads: [() => Columns, boolean, number][] = [
    [() => trace, false, 2],
    [() => sequential(4_000_000), false, 2],
    [() => zipf(2_000_000), false, 2.5],
    [() => gups(2_000_000), false, 2.5],
    [() => zipf(2_000_000), true, 2.5],
    [() => gups(2_000_000), true, 2.5],
  ];
  const program = compileReference();
  try {
    const rows: Row[] = [];
    for (const [make, data, goal] of workloads) {
      const { name, ours, reference, spread } = await compareWith(program, make(), data, ROUNDS);
      rows.push({
        name: `${name}${data ? ', data through the caches too' : ''}`,
        ours: `${ours.toFixed(1)} ns`,
        reference: `${reference.toFixed(1)} ns`,
        figure: ours / reference,
        goal,
        better: 'lower',
        spread,
      });
    }
    return rows;
  } finally {
    program.remove();
  }
}
