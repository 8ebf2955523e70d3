import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { openTrace } from '../../../src/trace/node/open.ts';

const LOGS = join(import.meta.dirname, '../../fixtures/trace/fork-logs');
const PARENT = 14985;
const CHILD = 14986;

async function read(path: string) {
  const trace = await openTrace(path);
  const events: TraceEvent[] = [];
  for await (const chunk of trace.chunks()) events.push(...chunk.events.map(({ event }) => event));
  return { trace, events: events.filter(({ kind }) => kind !== 'switch') };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-logs-'));
  for (const pid of [PARENT, CHILD]) copyFileSync(join(LOGS, `${pid}.log`), join(folder, `${pid}.log`));
});
afterAll(() => rmSync(folder, { recursive: true }));

// tiny.c beside the logs: mmap of 8 KiB, a store, fork, a store in both, wait4 in the parent, munmap, exit.
describe('a folder of lackey logs', () => {
  it('is one trace with the mappings, the fork and the ends of tiny.c', async () => {
    const { trace, events } = await read(folder);
    expect(trace.info).toMatchObject({ format: 'lackey', properties: { recorder: 'Valgrind lackey' } });
    expect(events).toEqual([
      { kind: 'start', pid: PARENT, name: expect.stringMatching(/tiny$/) },
      // The stack; ./tiny itself is not here any more.
      expect.objectContaining({ kind: 'mmap', role: 'stack' }),
      {
        kind: 'mmap',
        pid: PARENT,
        vpn: 0x4800,
        pages: 2,
        prot: 'rw',
        shared: false,
        backing: { kind: 'anon' },
      },
      { kind: 'fork', pid: PARENT, child: CHILD },
      { kind: 'munmap', pid: CHILD, vpn: 0x4800, pages: 2 },
      { kind: 'exit', pid: CHILD, status: 7 },
      { kind: 'wait', pid: PARENT, child: CHILD },
      { kind: 'munmap', pid: PARENT, vpn: 0x4800, pages: 2 },
      { kind: 'exit', pid: PARENT, status: 0 },
    ]);
    const lines = [PARENT, CHILD].flatMap((pid) =>
      readFileSync(join(LOGS, `${pid}.log`), 'latin1').split('\n'),
    );
    expect(trace.statistics.records).toBe(lines.filter((line) => /^(?:I | [SLM])/.test(line)).length);
  });

  it.each([['%p.log'], ['*.log'], ['1498%p.log']])('is also named by a pattern: %s', async (pattern) => {
    const { trace, events } = await read(join(folder, pattern));
    expect(events.filter(({ kind }) => kind === 'exit')).toHaveLength(2);
    expect(trace.info.bytes).toBe(1438 + 715);
    expect(await trace.sha256()).toBe(await (await read(folder)).trace.sha256());
  });

  it('is left in the middle without harm', async () => {
    const trace = await openTrace(folder);
    for await (const _ of trace.chunks()) break;
    await trace.close();
  });
});

describe('one log of a process that forked', () => {
  it('has the mappings and the fork; the child, whose log is not there, does nothing', async () => {
    const { events } = await read(join(folder, `${PARENT}.log`));
    expect(events.map(({ kind }) => kind)).toEqual([
      'start',
      'mmap',
      'mmap',
      'fork',
      'exit',
      'wait',
      'munmap',
      'exit',
    ]);
  });
});

describe('a set of logs is refused', () => {
  it('when another trace is among them', async () => {
    writeFileSync(join(folder, 'a.din'), 'r 1000 4\nw 2000 4\n');
    await expect(openTrace(folder)).rejects.toThrow(/din trace among lackey logs/);
    rmSync(join(folder, 'a.din'));
  });

  it('when one does not say whose it is', async () => {
    writeFileSync(join(folder, 'quiet.log'), 'I  0401ab70,3\n');
    await expect(openTrace(folder)).rejects.toThrow(/of which process/);
    rmSync(join(folder, 'quiet.log'));
  });
});
