import { FETCH, LOAD, STORE } from '../../src/core/access.ts';
import { collect } from '../../src/sim/collect.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import type { RunResult } from '../../src/sim/result.ts';
import { Simulation } from '../../src/sim/run.ts';
import { ChunkBuilder } from '../../src/trace/chunk-builder.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import type { TraceSource } from '../../src/trace/source.ts';

const TYPES = { I: FETCH, L: LOAD, S: STORE } as const;

/** A trace in one chunk: what `fill` puts into the builder. `mapped` as in TraceInfo. */
export function sourceOf(fill: (builder: ChunkBuilder) => void, mapped = false): TraceSource {
  const builder = new ChunkBuilder();
  return {
    info: { path: 'test', format: 'test', compression: 'plain', bytes: null, properties: {}, mapped },
    regions: builder.regions,
    statistics: builder.statistics,
    bytesRead: 0,
    damage: null,
    async *chunks() {
      fill(builder);
      yield builder.chunk;
    },
    sha256: async () => '',
    close: async () => {},
  };
}

/** A trace of lines such as `L 1000,4`: hexadecimal address below 2^32, bytes. `M` modifies. */
export function traceOf(lines: readonly string[]): TraceSource {
  return sourceOf((builder) => {
    for (const line of lines) {
      const [, type, address, size] = /^([ILSM]) ([0-9a-f]+),(\d+)$/.exec(line)!;
      const low = Number.parseInt(address!, 16);
      if (type === 'M') builder.modify(0, low, Number(size));
      else builder.add(TYPES[type as 'I' | 'L' | 'S'], 0, low, Number(size));
    }
  });
}

/** One thing after another: process events, and accesses of one byte at the start of a page. */
export type Step = TraceEvent | { access: typeof LOAD | typeof STORE; page: number };

export function stepsOf(steps: readonly Step[], mapped = false): TraceSource {
  return sourceOf((builder) => {
    for (const step of steps) {
      if ('kind' in step) builder.event(step);
      else builder.add(step.access, 0, step.page * 4096, 1);
    }
  }, mapped);
}

/** Runs such a trace on a preset with settings. */
export async function runLines(machine: string, settings: string[], lines: string[]): Promise<RunResult> {
  const { machine: resolved } = await loadMachine(machine, settings);
  const source = traceOf(lines);
  const simulation = new Simulation(resolved, source);
  await simulation.run(source);
  return collect(simulation, source, 'test');
}
