import { describe, expect, it } from 'vitest';
import { RegionTable } from '../../../src/core/regions.ts';
import { type Chunk, createChunk } from '../../../src/trace/chunk.ts';
import { ChunkSampler } from '../../../src/trace/transform/sample.ts';

/** Full chunks, each with one event in its middle. */
function chunk(pid: number): Chunk {
  return {
    ...createChunk(new RegionTable()),
    count: 65_000,
    events: [{ at: 30_000, event: { kind: 'exit', pid } }],
  };
}

describe('a sample of a recording', () => {
  it('keeps its share of the accesses, from the first on, and every event in order', () => {
    const sampler = new ChunkSampler(0.25);
    const kept: number[] = [];
    const pids: number[] = [];
    for (let i = 0; i < 160; i++) {
      const taken = sampler.take(chunk(i));
      if (!taken) continue;
      kept.push(i);
      pids.push(...taken.events.map(({ event }) => ('pid' in event ? event.pid : -1)));
    }
    const rest = sampler.rest(chunk(0));
    expect(rest?.count).toBe(0);
    pids.push(...rest!.events.map(({ event }) => ('pid' in event ? event.pid : -1)));
    // Ten stretches of 16 chunks: every fourth is kept, 3 of 10.
    expect(kept.length).toBe(48);
    expect(kept.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(pids).toEqual(Array.from({ length: 160 }, (_, i) => i));
  });

  it('of everything is everything', () => {
    const sampler = new ChunkSampler(1);
    for (let i = 0; i < 40; i++) expect(sampler.take(chunk(i))?.count).toBe(65_000);
    expect(sampler.rest(chunk(0))).toBeNull();
  });
});
