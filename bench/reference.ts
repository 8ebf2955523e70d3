import { join } from 'node:path';
import { collect } from '../src/sim/collect.ts';
import { loadMachine } from '../src/sim/machine/load.ts';
import { Simulation } from '../src/sim/run.ts';
import { type CProgram, compileC, REFERENCE, runC } from './c-program.ts';
import { best as bestOf } from './row.ts';
import { type Columns, sourceOf, writeColumns } from './workload/columns.ts';

/** One side's run: CPU nanoseconds of each chunk of 64 Ki records, and counters that must agree. */
interface Measured {
  readonly chunks: number[];
  readonly counters: string;
}

/** What both sides took for an access, the best of each chunk over all rounds, in nanoseconds. */
export interface Comparison {
  readonly name: string;
  readonly ours: number;
  readonly reference: number;
  /** Second smallest over smallest ratio of the rounds. */
  readonly spread: number;
}

/** The reference compiled. */
export function compileReference(): CProgram {
  return compileC(['core.c', 'model.c', 'columns.c'], ['m']);
}

/**
 * Runs a workload on both sides in turn, `rounds` times. The machine is noisy: of each chunk the fastest round
 * counts, and what is quoted is the ratio.
 * @throws Error when any counter differs: then the times mean nothing
 */
export async function compareWith(
  program: CProgram,
  columns: Columns,
  data: boolean,
  rounds: number,
): Promise<Comparison> {
  const file = `${program.path}.columns`;
  writeColumns(file, columns);
  const ratios: number[] = [];
  const best: { ours: number[]; reference: number[] } = { ours: [], reference: [] };
  for (let round = 0; round < rounds; round++) {
    const reference = runReference(program, file, columns, data);
    const ours = await runOurs(columns, data);
    if (ours.counters !== reference.counters) {
      throw new Error(
        `${columns.name}: the counters differ\n  C    ${reference.counters}\n  ours ${ours.counters}`,
      );
    }
    ratios.push(sum(ours.chunks) / sum(reference.chunks));
    best.ours = minima(best.ours, ours.chunks);
    best.reference = minima(best.reference, reference.chunks);
  }
  const timed = columns.keys.length - columns.untimed;
  return {
    name: columns.name,
    ours: sum(best.ours) / timed,
    reference: sum(best.reference) / timed,
    spread: bestOf(ratios).spread,
  };
}

interface ReferenceOutput {
  readonly chunks: number[];
  readonly cycles: number;
  readonly tlb: number[][];
  readonly walks: number[];
}

function runReference(program: CProgram, file: string, { untimed }: Columns, data: boolean): Measured {
  const args = [file, data ? '1' : '0', String(untimed)];
  const { chunks, cycles, tlb, walks } = runC<ReferenceOutput>(program, args);
  return { chunks, counters: JSON.stringify({ cycles, tlb, walks }) };
}

async function runOurs(columns: Columns, data: boolean): Promise<Measured> {
  const { machine } = await loadMachine(join(REFERENCE, 'reference.yaml'), [`dataThroughCaches=${data}`]);
  const times = { nanoseconds: [] as number[] };
  const source = sourceOf(columns, times);
  const simulation = new Simulation(machine, source, { kernel: 'demand' });
  await simulation.run(source);
  const { cycles, tlb, walks } = await collect(simulation, source, 'bench');
  const pairs = ['ITLB', 'DTLB', 'STLB'].map((name) => [tlb[name]!.lookups, tlb[name]!.misses]);
  const { count, faulted, steps, adUpdates, dirtyAssists } = walks;
  return {
    chunks: times.nanoseconds,
    counters: JSON.stringify({
      cycles: cycles.total,
      tlb: pairs,
      walks: [count, faulted, steps, adUpdates, dirtyAssists],
    }),
  };
}

function minima(best: number[], now: number[]): number[] {
  return now.map((ns, i) => Math.min(ns, best[i] ?? Number.POSITIVE_INFINITY));
}

function sum(nanoseconds: readonly number[]): number {
  return nanoseconds.reduce((total, ns) => total + ns, 0);
}
