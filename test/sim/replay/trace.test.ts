import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { machineForReplay } from '../../../src/sim/replay/machine.ts';
import { recordTrace } from '../../../src/sim/replay/record-trace.ts';
import { readTraceScript } from '../../../src/sim/replay/trace-script.ts';
import { Simulation } from '../../../src/sim/run.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import { formatNamed } from '../../../src/trace/format/index.ts';
import { nodeDeflate } from '../../../src/trace/node/deflate.ts';
import type { TraceSource } from '../../../src/trace/source.ts';
import { machineNamed } from './tapes.ts';

const SORT = new URL('../../fixtures/trace/sort-400k.lackey.br', import.meta.url);
const LINES = 3000;

/** The first lines of a real trace. */
function beginning(): Uint8Array {
  const lines = brotliDecompressSync(readFileSync(SORT)).toString('latin1').split('\n');
  return new TextEncoder().encode(`${lines.slice(0, LINES).join('\n')}\n`);
}

function sourceOfBytes(bytes: Uint8Array): TraceSource {
  const builder = new ChunkBuilder();
  const context = { name: 'test', inflater: nodeDeflate };
  return {
    info: {
      path: 'test',
      format: 'lackey',
      compression: 'plain',
      bytes: null,
      properties: {},
      mapped: false,
    },
    regions: builder.regions,
    statistics: builder.statistics,
    bytesRead: 0,
    damage: null,
    chunks: () =>
      formatNamed('lackey').decode(
        (async function* () {
          yield bytes;
        })(),
        builder,
        context,
      ),
    sha256: async () => '',
    close: async () => {},
  };
}

describe('a recorded trace', () => {
  test.each(['lab-tiny', 'skylake'])('on %s costs what the same run costs without a tape', async (name) => {
    const machine = machineForReplay(await machineNamed(name));
    const bytes = beginning();
    const script = await readTraceScript('test', bytes, nodeDeflate, 1_000_000);
    const recording = recordTrace(script, machine);
    while (recording.record());
    const source = sourceOfBytes(bytes);
    const run = new Simulation(machine, source, { kernel: 'linux' });
    await run.run(source);
    const hardware = (lines: Iterable<[string, number]>) =>
      [...lines].filter(([cause]) => !cause.startsWith('kernel.')).sort();
    expect(hardware(recording.ledgerAt(recording.length))).toEqual(
      hardware(Object.entries(run.ledger.lines())),
    );
    expect(recording.steps.filter(({ what }) => what.kind === 'fault').length).toBe(
      run.kernel.faults().minor,
    );
  });

  test('is cut at the number of operations asked for', async () => {
    const script = await readTraceScript('test', beginning(), nodeDeflate, 10);
    expect(script.operations.length).toBe(10);
    expect(script.cut).toBe(true);
  });

  test('that is no trace is refused by name', async () => {
    const bytes = new TextEncoder().encode('once upon a time\n');
    await expect(readTraceScript('tale.txt', bytes, nodeDeflate, 10)).rejects.toThrow(InputError);
  });
});
