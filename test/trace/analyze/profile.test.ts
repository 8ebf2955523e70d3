import { describe, expect, it } from 'vitest';
import { TraceProfile } from '../../../src/trace/analyze/profile.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import { openTrace } from '../../../src/trace/node/open.ts';

describe('what is in a trace', () => {
  it('of a real trace: the pages that independent tools counted', async () => {
    // cc1-1M: 669 pages of 4 KiB and 23 of 2 MiB touched, 130 written.
    const path = new URL('../../fixtures/trace/cc1-1M.lackey.br', import.meta.url).pathname;
    const profile = new TraceProfile();
    for await (const chunk of (await openTrace(path)).chunks()) profile.add(chunk);
    expect([profile.pages, profile.largePages, profile.written]).toEqual([669, 23, 130]);
    const { first } = profile.distances;
    const counts = profile.distances.counts().reduce((sum, count) => sum + count, 0);
    expect(first + counts + profile.repeats).toBe(1_002_513);
  });

  it('processes: who forked whom, and how much each did', () => {
    const builder = new ChunkBuilder();
    builder.event({ kind: 'start', pid: 5, name: 'sh' });
    builder.event({ kind: 'switch', pid: 5 });
    builder.add(1, 0, 0x1000, 8);
    builder.event({ kind: 'fork', pid: 5, child: 6 });
    builder.event({ kind: 'switch', pid: 6 });
    builder.event({ kind: 'exec', pid: 6, name: '/bin/true' });
    builder.add(2, 0, 0x1000, 8);
    builder.add(2, 0, 0x2000, 8);
    builder.event({ kind: 'exit', pid: 6, status: 0 });
    const profile = new TraceProfile();
    profile.add(builder.chunk);
    expect([...profile.processes.values()]).toEqual([
      { pid: 5, parent: null, name: 'sh', records: 1, forks: 1, ended: false },
      { pid: 6, parent: 5, name: '/bin/true', records: 2, forks: 0, ended: true },
    ]);
    expect(profile.pages).toBe(3);
    expect(profile.written).toBe(2);
  });

  it('the working set counts each page once in a window of 65,536 records', () => {
    const builder = new ChunkBuilder();
    const profile = new TraceProfile();
    // Two windows: 10 pages in turn, then one page all the time.
    for (let i = 0; i < 131_072; i++) {
      builder.add(1, 0, i < 65_536 ? (i % 10) * 4096 : 0, 8);
      if (!builder.full) continue;
      profile.add(builder.chunk);
      builder.clear();
    }
    profile.add(builder.chunk);
    expect(profile.workingSet()).toEqual([10, 1]);
  });

  it('strides fall into classes by their length', () => {
    const builder = new ChunkBuilder();
    for (const address of [0, 0, 8, 8 + 64, 72 + 4096, 0x10000000, 0]) builder.add(1, 0, address, 8);
    builder.add(1, 5, 0, 8);
    const profile = new TraceProfile();
    profile.add(builder.chunk);
    // The first has none before it; then 0, 8, 64, 4,096, 256 MiB twice, another region.
    expect([...profile.strides]).toEqual([1, 1, 1, 1, 0, 2, 2]);
  });
});
