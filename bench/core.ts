import { loadMachine } from '../src/sim/machine/load.ts';
import { Simulation } from '../src/sim/run.ts';
import { compareWith, compileReference } from './reference.ts';
import { best, type Row } from './row.ts';
import { type Columns, compactColumns, sourceOf } from './workload/columns.ts';
import { recorded } from './workload/recorded.ts';
import { gups, sequential, zipf } from './workload/synthetic.ts';

const ROUNDS = 4;
/** A real trace is short, and full of first touches: it takes more rounds until V8 has compiled them all. */
const ROUNDS_OF_REAL = 15;
/** Nanoseconds an access: about what one run of it takes in C. */
const COMPACTION_GOAL = 2.5;
export const TRACE = 'traces/cc1.lackey.br';
const FAULTING_TRACE = 'traces/python3-join.lackey.br';
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
  const faulting = await recorded(FAULTING_TRACE);
  const workloads: [make: () => Columns, data: boolean, goal: number, rounds: number][] = [
    [() => trace, false, 2, ROUNDS_OF_REAL],
    [() => faulting, false, 2, ROUNDS_OF_REAL],
    [() => compactColumns(trace).compacted, false, 1, ROUNDS_OF_REAL],
    [() => compactColumns(faulting).compacted, false, 1, ROUNDS_OF_REAL],
    [() => sequential(4_000_000), false, 2, ROUNDS],
    [() => zipf(2_000_000), false, 2.5, ROUNDS],
    [() => gups(2_000_000), false, 2.5, ROUNDS],
    [() => zipf(2_000_000), true, 2.5, ROUNDS],
    [() => gups(2_000_000), true, 2.5, ROUNDS],
  ];
  const program = compileReference();
  try {
    const rows: Row[] = [];
    for (const [make, data, goal, rounds] of workloads) {
      const { name, ours, reference, spread } = await compareWith(program, make(), data, rounds);
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
    rows.push(compactionRow(trace));
    return rows;
  } finally {
    program.remove();
  }
}

/** What it takes to leave out repeats, once for all runs of a trace. */
function compactionRow(trace: Columns): Row {
  const rounds = Array.from({ length: ROUNDS_OF_REAL }, () => compactColumns(trace).nanoseconds);
  const { least, spread } = best(rounds);
  const figure = least / trace.keys.length;
  return {
    name: `compacting ${trace.name}, an access`,
    ours: `${figure.toFixed(1)} ns`,
    reference: '',
    figure,
    goal: COMPACTION_GOAL,
    better: 'lower',
    spread,
  };
}
