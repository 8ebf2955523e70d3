import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { createTrace } from '../../../src/cli/trace/write-trace.ts';
import { LOAD } from '../../../src/core/access.ts';
import { InputError } from '../../../src/core/errors.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { Simulation } from '../../../src/sim/run.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import { type OpenOptions, openTrace } from '../../../src/trace/node/open.ts';

/** 84 MB of it unpacked in bomb.lackey.*: beyond the first 64 MiB, which are always believed. */
const RECORD = 'I  04001090,3\n';
const FIXTURES = new URL('../../fixtures/trace/', import.meta.url).pathname;
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 } };

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Reads a trace until it is refused; what was said, and how many accesses came before. */
async function refusal(
  path: string,
  options: OpenOptions = {},
): Promise<{ message: string; records: number }> {
  let records = 0;
  try {
    const trace = await openTrace(path, options);
    for await (const chunk of trace.chunks()) records += chunk.count;
  } catch (error) {
    if (error instanceof InputError) return { message: error.message, records };
    throw error;
  }
  throw new Error('the trace was read to its end');
}

describe('a decompression bomb', () => {
  it('of brotli is stopped at 10,000 times its size, once 64 MiB are out', async () => {
    const path = file('bomb.br', brotliCompressSync(RECORD.repeat(6_000_000), BROTLI));
    const { message, records } = await refusal(path);
    expect(message).toBe('the data unpack to more than 10000 times their size');
    expect(records).toBeLessThan(((64 << 20) + (2 << 20)) / RECORD.length);
  });

  it.each([
    ['gzip', () => file('bomb.gz', gzipSync(RECORD.repeat(6_000_000), { level: 1 }))],
    ['xz', () => join(FIXTURES, 'bomb.lackey.xz')],
    ['zstd', () => join(FIXTURES, 'bomb.lackey.zst')],
  ])('of %s is stopped at the limit that is asked for', async (_, path) => {
    const { message, records } = await refusal(path(), { maxExpansion: 100 });
    expect(message).toBe('the data unpack to more than 100 times their size');
    expect(records).toBeLessThan(((64 << 20) + (4 << 20)) / RECORD.length);
  });

  it('of one endless line is no text trace after 1 MiB of it', async () => {
    const path = file('line.gz', gzipSync(`${RECORD}${'1'.repeat(3 << 20)}`));
    expect((await refusal(path)).message).toContain('a line of more than 1048576 bytes');
  });
});

describe('a path in a trace', () => {
  it('is a name: the file is never opened, not even one that would be waited for', async () => {
    const fifo = join(folder, 'fifo');
    expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
    const path = join(folder, 'mapped.pwt');
    const builder = new ChunkBuilder();
    builder.event({ kind: 'start', pid: 1, name: fifo });
    builder.event({ kind: 'file', file: 1, path: fifo, bytes: 2 ** 30 });
    const backing = { kind: 'file', file: 1, pageOffset: 0 } as const;
    builder.event({ kind: 'mmap', pid: 1, vpn: 0x100, pages: 16, prot: 'r', shared: false, backing });
    builder.event({ kind: 'switch', pid: 1 });
    builder.add(LOAD, 0, 0x103000, 8);
    const output = await createTrace(path, 'pwt', { properties: {}, mapped: true });
    await output.write(builder.chunk);
    await output.finish();
    const { machine } = await loadMachine('skylake');
    const source = await openTrace(path);
    const simulation = new Simulation(machine, source, { kernel: 'linux' });
    await simulation.run(source);
    expect(simulation.kernel.faults().byKind).toEqual({ file: 1 });
  });
});
