import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { type OpenOptions, openTrace } from '../../../src/trace/node/open.ts';
import { accessesOf } from '../../../src/trace/statistics.ts';
import { collect, type Decoded } from '../read.ts';

const TEXT = 'I  04001090,3\n L 1ffefff2a8,8\n S 1ffefff2a0,8\n M 00601040,4\n'.repeat(2000);
/** Made by xz 5.4.1 and zstd 1.5.4 from 500 repeats of the four lines. */
const FIXTURES = new URL('../../fixtures/trace/', import.meta.url).pathname;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-open-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function readAll(path: string, options?: OpenOptions): Promise<Decoded> {
  const trace = await openTrace(path, options);
  return collect(trace.chunks(), trace.statistics);
}

async function refusal(path: string, options?: OpenOptions): Promise<InputError> {
  const error = await readAll(path, options).then(
    () => expect.unreachable('was read'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

describe('a packed trace', () => {
  it.each([
    ['plain', 'plain', () => file('a', TEXT), 8000],
    ['gzip', 'gzip', () => file('a.txt', gzipSync(TEXT)), 8000],
    ['two gzip members', 'gzip', () => file('b', Buffer.concat([gzipSync(TEXT), gzipSync(TEXT)])), 16000],
    ['brotli by name', 'brotli', () => file('a.br', brotliCompressSync(TEXT)), 8000],
    ['brotli by content', 'brotli', () => file('c', brotliCompressSync(TEXT)), 8000],
    ['xz', 'xz', () => join(FIXTURES, 'four.lackey.xz'), 2000],
    ['two xz streams with padding', 'xz', () => join(FIXTURES, 'two-streams.lackey.xz'), 4000],
    ['zstd', 'zstd', () => join(FIXTURES, 'four.lackey.zst'), 2000],
  ])('is told by its content and unpacked: %s', async (_, compression, make, records) => {
    const path = make();
    const trace = await openTrace(path);
    expect(trace.info.compression).toBe(compression);
    const { statistics } = await collect(trace.chunks(), trace.statistics);
    expect(statistics.records).toBe(records);
    expect(accessesOf(statistics)).toBe((records / 4) * 5);
    expect(trace.bytesRead).toBe(trace.info.bytes);
  });

  it('that was cut off or damaged is refused with the place, however it is packed', async () => {
    const brotli = brotliCompressSync(TEXT);
    const gzip = gzipSync(TEXT);
    const damaged = Buffer.from(gzip);
    damaged[damaged.length - 6]! ^= 0xff;
    for (const path of [
      file('cut.gz', gzip.subarray(0, -9)),
      file('damaged.gz', damaged),
      file('cut.br', brotli.subarray(0, -3)),
      join(FIXTURES, 'cut.lackey.xz'),
      join(FIXTURES, 'cut.lackey.zst'),
    ]) {
      const error = await refusal(path);
      expect(error.message).toContain('cut off or damaged');
      expect(error.place).toContain(path);
    }
  });
});

describe('real recordings', () => {
  // The counts were taken with Dinero IV, DynamoRIO's drmemtrace simulator and a C reference, which agree.
  it.each([
    [
      'sort-400k.lackey.br',
      { records: 400_000, fetches: 283_067, loads: 78_537, stores: 36_661, modifies: 1_735, crossings: 58 },
      401_735,
    ],
    [
      'cc1-1M.lackey.br',
      {
        records: 1_000_000,
        fetches: 693_131,
        loads: 180_969,
        stores: 123_691,
        modifies: 2_209,
        crossings: 304,
      },
      1_002_209,
    ],
  ])('are counted as other simulators count them: %s', async (name, counts, accesses) => {
    const trace = await openTrace(join(FIXTURES, name));
    let records = 0;
    for await (const chunk of trace.chunks()) records += chunk.count;
    expect(trace.statistics).toMatchObject(counts);
    expect(accessesOf(trace.statistics)).toBe(accesses);
    // No modify of these two crosses a page, so each crosser is one record more.
    expect(records).toBe(accesses + counts.crossings);
  });
});

describe('a file that is no trace', () => {
  it.each([
    ['a missing file', () => join(folder, 'missing'), /no such trace file/],
    ['a folder without logs', () => mkdtempSync(join(folder, 'empty-')), /holds no logs/],
    ['a name that no file has', () => join(folder, 'x-%p.log'), /no file has such a name/],
    ['an empty file', () => file('empty', ''), /empty/],
    ['an empty file, packed', () => file('empty.gz', gzipSync('')), /empty once unpacked/],
    ['binary junk', () => file('junk', createHash('sha512').update('junk').digest()), /no trace format/],
    ['other text', () => file('text', 'the quick brown fox\n'), /no trace format/],
    ['bzip2', () => file('a.bz2', 'BZh91AY&SY'), /bzip2 is not unpacked/],
  ])('is refused: %s', async (_, make, message) => {
    const error = await refusal(make());
    expect(error.message).toMatch(message);
  });

  it('and a format that does not exist is refused with the nearest name', async () => {
    const error = await refusal(file('b.lackey', TEXT), { format: 'lacky' });
    expect(error.remedy).toContain("'lackey'");
  });
});

describe('the checksum of a trace', () => {
  it('is that of the stored bytes, also when the trace was left in the middle', async () => {
    const bytes = gzipSync(TEXT.repeat(40));
    const path = file('long.gz', bytes);
    const expected = createHash('sha256').update(bytes).digest('hex');
    const whole = await openTrace(path);
    await collect(whole.chunks(), whole.statistics);
    expect(await whole.sha256()).toBe(expected);
    const left = await openTrace(path);
    for await (const _ of left.chunks()) break;
    expect(await left.sha256()).toBe(expected);
  });
});
