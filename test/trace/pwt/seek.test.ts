import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FETCH, LOAD, STORE } from '../../../src/core/access.ts';
import { AccessCursor } from '../../../src/trace/access-cursor.ts';
import type { Chunk } from '../../../src/trace/chunk.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import { nodeDeflate } from '../../../src/trace/node/deflate.ts';
import { openTrace } from '../../../src/trace/node/open.ts';
import { BLOCK_ACCESSES } from '../../../src/trace/pwt/layout.ts';
import { PwtWriter } from '../../../src/trace/pwt/writer.ts';
import { type Slice, slice } from '../../../src/trace/transform/slice.ts';

/** Three full blocks and a short one. The second has no event; the others have one every 50,000 accesses. */
const ACCESSES = 3 * BLOCK_ACCESSES + 1000;
const EVERYTHING: Slice = { from: 0, to: Number.POSITIVE_INFINITY, pids: null, addresses: null };

async function writeTrace(path: string): Promise<void> {
  const pieces: Uint8Array[] = [];
  const out = async (bytes: Uint8Array) => void pieces.push(bytes.slice());
  const writer = await PwtWriter.begin(out, nodeDeflate, { properties: {}, mapped: true });
  const builder = new ChunkBuilder();
  builder.event({ kind: 'start', pid: 1 });
  for (let i = 0; i < ACCESSES; i++) {
    const inSecond = i >= BLOCK_ACCESSES && i < 2 * BLOCK_ACCESSES;
    if (i % 50_000 === 0 && !inSecond) builder.event({ kind: 'switch', pid: 1 + (i % 3) });
    if (i % 7 === 0) builder.modify(0, i * 64, 8);
    else builder.add([FETCH, LOAD, STORE][i % 3]!, i % 5, i * 48, 4);
    if (!builder.full) continue;
    await writer.write(builder.chunk);
    builder.clear();
  }
  await writer.write(builder.chunk);
  await writer.finish();
  writeFileSync(path, Buffer.concat(pieces));
}

/** Accesses and events in order, as text. */
async function story(chunks: AsyncIterable<Chunk>): Promise<string[]> {
  const lines: string[] = [];
  const cursor = new AccessCursor();
  for await (const chunk of chunks) {
    let next = 0;
    const events = (upTo: number): void => {
      for (; next < chunk.events.length && chunk.events[next]!.at <= upTo; next++)
        lines.push(JSON.stringify(chunk.events[next]!.event));
    };
    cursor.start(chunk);
    while (cursor.next()) {
      events(cursor.at);
      lines.push(`${cursor.type} ${cursor.high}:${cursor.low} ${cursor.size}`);
    }
    events(Number.POSITIVE_INFINITY);
  }
  return lines;
}

let folder: string;
let path: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-seek-'));
  path = join(folder, 'long.pwt');
  await writeTrace(path);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a slice found by the index', () => {
  it.each([
    [1, 0],
    [BLOCK_ACCESSES, BLOCK_ACCESSES],
    [2 * BLOCK_ACCESSES - 1, BLOCK_ACCESSES],
    [2 * BLOCK_ACCESSES + 77, 2 * BLOCK_ACCESSES],
    [ACCESSES - 1, 3 * BLOCK_ACCESSES],
    // Nothing is left but the events.
    [ACCESSES, ACCESSES],
    [ACCESSES + 10, ACCESSES],
  ])('from access %i equals that of the whole trace decoded', async (from, first) => {
    const wanted = { ...EVERYTHING, from, to: from + 300 };
    const whole = await openTrace(path);
    const sought = await openTrace(path, { from });
    expect(sought.firstAccess).toBe(first);
    const found = await story(slice(sought.chunks(), wanted, sought.firstAccess));
    expect(found).toEqual(await story(slice(whole.chunks(), wanted)));
    await sought.close();
  });

  it('of one process equals that of the whole trace decoded', async () => {
    const wanted = { ...EVERYTHING, from: 2 * BLOCK_ACCESSES + 5, pids: new Set([2]) };
    const sought = await openTrace(path, { from: wanted.from });
    const found = await story(slice(sought.chunks(), wanted, sought.firstAccess));
    expect(found).toEqual(await story(slice((await openTrace(path)).chunks(), wanted)));
  });

  it('decodes no access of the blocks before its own', async () => {
    const sought = await openTrace(path, { from: 3 * BLOCK_ACCESSES });
    await story(sought.chunks());
    expect(sought.statistics.records).toBe(ACCESSES - 3 * BLOCK_ACCESSES);
    // 1 start, and a switch each 50,000: 0 .. 250,000 and those from 550,000 on.
    const switches = Array.from({ length: 16 }, (_, i) => i * 50_000).filter(
      (at) => at < ACCESSES && !(at >= BLOCK_ACCESSES && at < 2 * BLOCK_ACCESSES),
    );
    expect(sought.statistics.events).toBe(1 + switches.length);
  });
});

describe('a trace whose index is damaged', () => {
  it('is read front to back, which names the damage', async () => {
    const bytes = readFileSync(path);
    const broken = join(folder, 'broken.pwt');
    bytes[statSync(path).size - 40]! ^= 1;
    writeFileSync(broken, bytes);
    const trace = await openTrace(broken, { from: 2 * BLOCK_ACCESSES });
    expect(trace.firstAccess).toBe(0);
    await expect(story(trace.chunks())).rejects.toMatchObject({ place: expect.stringMatching(/block 5/) });
  });

  it('before the sought access is passed over when it hits a block that holds no events', async () => {
    const bytes = readFileSync(path);
    const blocks = [...bytes.toString('latin1').matchAll(/PWBK/g)].map(({ index }) => index);
    const broken = join(folder, 'hole.pwt');
    bytes[blocks[1]! + 100]! ^= 1;
    writeFileSync(broken, bytes);
    const sought = await openTrace(broken, { from: 2 * BLOCK_ACCESSES });
    expect((await story(sought.chunks())).length).toBeGreaterThan(BLOCK_ACCESSES);
    const early = await openTrace(broken, { from: BLOCK_ACCESSES });
    await expect(story(early.chunks())).rejects.toMatchObject({ place: expect.stringMatching(/block 2/) });
  });
});
