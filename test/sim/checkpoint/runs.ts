import { Checkpoints } from '../../../src/sim/checkpoint/checkpoints.ts';
import { identityOf } from '../../../src/sim/checkpoint/identity.ts';
import { collect } from '../../../src/sim/collect.ts';
import { countRecords } from '../../../src/sim/counts.ts';
import type { Machine } from '../../../src/sim/machine/machine.ts';
import { type RunOptions, Simulation } from '../../../src/sim/run.ts';
import { type Chunk, CONTINUES, MODIFIES } from '../../../src/trace/chunk.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import { generate, generatorNamed, parameterValues } from '../../../src/trace/generate/index.ts';
import type { TraceSource } from '../../../src/trace/source.ts';
import { createStatistics } from '../../../src/trace/statistics.ts';

/** A made trace of processes or of plain accesses. */
export interface MadeTrace {
  readonly kind: string;
  readonly words: readonly string[];
  readonly accesses: number;
  readonly seed: number;
  /** Records of a chunk, about. */
  readonly chunk: number;
}

export interface Run {
  readonly machine: Machine;
  readonly trace: MadeTrace;
  readonly options: RunOptions;
}

/** The trace in many small chunks. */
export function sourceOf({ kind, words, accesses, seed, chunk: size }: MadeTrace): TraceSource {
  const builder = new ChunkBuilder();
  const generator = generatorNamed(kind);
  const statistics = createStatistics();
  return {
    info: { path: 'made', format: 'made', compression: 'plain', bytes: 1, properties: {}, mapped: true },
    regions: builder.regions,
    statistics,
    bytesRead: 0,
    damage: null,
    async *chunks() {
      const values = parameterValues(generator, words);
      for (const chunk of generate(generator, values, seed, accesses, builder)) {
        for (const piece of cut(chunk, size)) {
          countRecords(piece, 0, piece.count, statistics);
          yield piece;
        }
      }
    },
    sha256: async () => `${kind} ${words.join(' ')} ${accesses} ${seed}`,
    close: async () => {},
  };
}

/** Pieces of about `size` records; an access is never cut in two. */
function* cut({ keys, offsets, sizes, count, events, regions }: Chunk, size: number): Generator<Chunk> {
  for (let from = 0, to = 0; from < count; from = to) {
    to = Math.min(count, from + size);
    while (to < count && offsets[to]! & (CONTINUES | MODIFIES)) to++;
    const end = to === count ? count + 1 : to;
    yield {
      count: to - from,
      keys: keys.slice(from, to),
      offsets: offsets.slice(from, to),
      sizes: sizes.slice(from, to),
      events: events
        .filter(({ at }) => at >= from && at < end)
        .map(({ at, event }) => ({ at: at - from, event })),
      regions,
    };
  }
}

async function begin({ machine, trace, options }: Run) {
  const source = sourceOf(trace);
  const simulation = new Simulation(machine, source, options);
  const identity = await identityOf(simulation, source, options, 'test');
  return { source, simulation, checkpoints: new Checkpoints(simulation, identity) };
}

/** The result as `--json` writes it, with what `--check` found. */
async function resultOf(simulation: Simulation, source: TraceSource): Promise<string> {
  return JSON.stringify([await collect(simulation, source, 'test'), simulation.checker?.findings], null, 1);
}

/** Runs to the end, from a checkpoint or from the beginning, and keeps one about every `every` accesses. */
export async function runWhole(
  run: Run,
  every: number,
  from?: Buffer,
): Promise<{ result: string; files: Buffer[] }> {
  const { source, simulation, checkpoints } = await begin(run);
  if (from) checkpoints.load(from, 'a checkpoint');
  const files: Buffer[] = [];
  await simulation.run(source, {
    every,
    save: async (accesses) => void files.push(Buffer.concat(checkpoints.save(accesses, 'a test'))),
  });
  return { result: await resultOf(simulation, source), files };
}

/** Goes on from a checkpoint to the end. */
export async function resume(run: Run, file: Buffer): Promise<string> {
  return (await runWhole(run, Number.POSITIVE_INFINITY, file)).result;
}

/** A simulation that has run to its end. */
export async function simulationAfter(run: Run): Promise<Simulation> {
  const { source, simulation } = await begin(run);
  await simulation.run(source);
  return simulation;
}
