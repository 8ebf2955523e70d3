import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../../src/core/errors.ts';
import { openAhead } from '../../../../src/trace/node/ahead/source.ts';
import { openTrace } from '../../../../src/trace/node/open.ts';
import type { TraceSource } from '../../../../src/trace/source.ts';
import { builtThread } from '../../../built-thread.ts';

let folder: string;
let thread: URL;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-ahead-'));
  thread = await builtThread('src/trace/node/ahead/thread.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const onThread = (path: string, options = {}) => openAhead(path, options, thread);

const digest = (column: Uint8Array | Uint16Array | Int32Array | Float64Array) =>
  createHash('sha256')
    .update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
    .digest('hex');

/** Everything a consumer can see of a trace, columns as digests. */
async function seen(trace: TraceSource) {
  const chunks = [];
  for await (const { count, keys, offsets, sizes, events } of trace.chunks()) {
    const columns = [keys, offsets, sizes].map((column) => digest(column.slice(0, count)));
    chunks.push({ count, columns, events, wide: keys instanceof Float64Array });
  }
  const regions = Array.from({ length: trace.regions.count }, (_, id) => trace.regions.highOf(id));
  const { info, statistics } = trace;
  return { chunks, regions, info, statistics, sha256: await trace.sha256() };
}

/** Loads far apart: more regions of 4 GiB than a packed key can name. */
function widening(): string {
  const lines = Array.from({ length: 3000 }, (_, i) => ` L ${(i * 2 ** 33 + 0x1000).toString(16)},8`);
  return file('wide.lackey', `${lines.join('\n')}\n`);
}

describe('a trace decoded on a thread', () => {
  it.each([
    ['a recording with forks and mappings', () => 'traces/redis-bgsave.pwt'],
    ['packed text of several chunks', () => 'traces/cc1.lackey.br'],
    ['keys that become wide', widening],
  ])('is chunk for chunk the trace decoded here: %s', async (_, make) => {
    const path = make();
    expect(await seen(await onThread(path))).toEqual(await seen(await openTrace(path)));
  });

  it('is refused with the message, place and remedy of openTrace', async () => {
    const path = file('nothing', 'no trace at all\n');
    const here = await openTrace(path).catch((error: unknown) => error as InputError);
    const there = await onThread(path).catch((error: unknown) => error as InputError);
    expect(there).toBeInstanceOf(InputError);
    expect(there).toEqual(here);
  });

  it('hands on what was decoded before a broken line, then the error with its line', async () => {
    const path = file('broken.lackey', `${' L 1000,8\n'.repeat(70_000)}not a line\n`);
    const trace = await onThread(path);
    let records = 0;
    const reading = async () => {
      for await (const { count } of trace.chunks()) records += count;
    };
    await expect(reading()).rejects.toThrow(InputError);
    await expect(seen(await onThread(path))).rejects.toMatchObject({
      place: expect.stringContaining('70001'),
    });
    expect(records).toBeGreaterThan(60_000);
  });

  it('reads a damaged recording up to the damage when told to recover', async () => {
    const whole = await openTrace('traces/perl-fork.pwt');
    const cut = join(folder, 'cut.pwt');
    writeFileSync(cut, readFileSync('traces/perl-fork.pwt').subarray(0, -100));
    await whole.close();
    const trace = await onThread(cut, { recover: true });
    const there = await seen(trace);
    const here = await openTrace(cut, { recover: true });
    expect(there).toEqual(await seen(here));
    expect(trace.damage).toEqual(here.damage);
    expect(trace.damage).toBeInstanceOf(InputError);
  });

  it('may be left early, and still tells the hash of the whole file', async () => {
    const path = 'traces/cc1.lackey.br';
    const trace = await onThread(path);
    for await (const { count } of trace.chunks()) {
      expect(count).toBeGreaterThan(0);
      break;
    }
    expect(await trace.sha256()).toBe(digest(readFileSync(path)));
    await trace.close();
  });
});
