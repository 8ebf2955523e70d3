import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from '../src/sim/collect.ts';
import { loadMachine } from '../src/sim/machine/load.ts';
import { Simulation } from '../src/sim/run.ts';
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
}

/** From the repository, where npm runs scripts: the C sources are not compiled along. */
const HERE = 'bench/reference';

/** Compiles bench/reference with the host's C compiler; the program, and how to remove it. */
export function compileReference(): { program: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-bench-'));
  const program = join(folder, 'core');
  const sources = ['core.c', 'model.c', 'columns.c'].map((file) => join(HERE, file));
  const compiled = spawnSync('cc', ['-O3', '-march=native', '-o', program, ...sources, '-lm'], {
    encoding: 'utf8',
  });
  if (compiled.status !== 0)
    throw new Error(`the C reference does not compile: ${compiled.stderr ?? compiled.error}`);
  return { program, remove: () => rmSync(folder, { recursive: true }) };
}

/**
 * Runs a workload on both sides in turn, `rounds` times. The machine is noisy: of each chunk the fastest round
 * counts, and what is quoted is the ratio.
 * @throws Error when any counter differs: then the times mean nothing
 */
export async function compareWith(
  program: string,
  columns: Columns,
  data: boolean,
  rounds: number,
): Promise<Comparison> {
  const file = `${program}.columns`;
  writeColumns(file, columns);
  const best: { ours: number[]; reference: number[] } = { ours: [], reference: [] };
  for (let round = 0; round < rounds; round++) {
    const reference = runReference(program, file, columns, data);
    const ours = await runOurs(columns, data);
    if (ours.counters !== reference.counters) {
      throw new Error(
        `${columns.name}: the counters differ\n  C    ${reference.counters}\n  ours ${ours.counters}`,
      );
    }
    best.ours = minima(best.ours, ours.chunks);
    best.reference = minima(best.reference, reference.chunks);
  }
  const timed = columns.keys.length - columns.untimed;
  const perAccess = (chunks: number[]) => chunks.reduce((sum, ns) => sum + ns, 0) / timed;
  return { name: columns.name, ours: perAccess(best.ours), reference: perAccess(best.reference) };
}

function runReference(program: string, file: string, { untimed }: Columns, data: boolean): Measured {
  const run = spawnSync(program, [file, data ? '1' : '0', String(untimed)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the C reference failed: ${run.stderr}`);
  const { chunks, cycles, tlb, walks } = JSON.parse(run.stdout);
  return { chunks, counters: JSON.stringify({ cycles, tlb, walks }) };
}

async function runOurs(columns: Columns, data: boolean): Promise<Measured> {
  const { machine } = await loadMachine(join(HERE, 'reference.yaml'), [`dataThroughCaches=${data}`]);
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
