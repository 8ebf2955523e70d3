import { describe, expect, it } from 'vitest';
import { Latencies } from '../../src/sim/latencies.ts';
import { MemoryTimeline } from '../../src/sim/memory-timeline.ts';

describe('latencies', () => {
  it('are summed up by nearest rank: of 1 to 100, the 50th, 90th and 99th', () => {
    const latencies = new Latencies();
    for (let cycles = 100; cycles >= 1; cycles--) latencies.add(cycles);
    expect(latencies.summary()).toMatchObject({
      count: 100,
      total: 5050,
      min: 1,
      p50: 50,
      p90: 90,
      p99: 99,
      max: 100,
    });
  });

  it('fall into buckets from a power of two to the next', () => {
    const latencies = new Latencies();
    for (const cycles of [0, 1, 2, 3, 4, 1023, 1024]) latencies.add(cycles);
    expect(latencies.summary().histogram).toEqual({ 0: 1, 1: 1, 2: 2, 4: 1, 512: 1, 1024: 1 });
  });

  it('that never were are all zero', () => {
    expect(new Latencies().summary()).toMatchObject({ count: 0, total: 0, min: 0, p50: 0, max: 0 });
  });
});

describe('memory over time', () => {
  it('keeps the most of each interval, and what was in use before where nothing changed', () => {
    const timeline = new MemoryTimeline();
    timeline.note(0, 10);
    timeline.note(1000, 30);
    timeline.note(1010, 20);
    timeline.note(3 * 1024, 25);
    expect([timeline.interval, timeline.points]).toEqual([1024, [30, 20, 20, 25]]);
  });

  it('tells a longer run in larger intervals, each with the most of the two it was made of', () => {
    const timeline = new MemoryTimeline();
    for (let point = 0; point < 64; point++) timeline.note(point * 1024, 100 + point);
    timeline.note(64 * 1024, 7);
    expect(timeline.interval).toBe(2048);
    expect(timeline.points).toHaveLength(33);
    expect(timeline.points.slice(0, 2)).toEqual([101, 103]);
    expect(timeline.points.at(-1)).toBe(7);
  });

  it('measures what forks take from the moment before the first', () => {
    const timeline = new MemoryTimeline();
    timeline.note(0, 500);
    timeline.note(10, 100);
    expect(timeline.atFork).toBeUndefined();
    timeline.fork(100);
    timeline.note(20, 140);
    timeline.note(30, 110);
    timeline.fork(110);
    expect(timeline.extraPeak).toBe(40);
    expect(timeline.atFork).toBe(100);
  });
});
