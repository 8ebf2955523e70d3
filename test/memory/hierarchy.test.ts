import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { Dram } from '../../src/memory/dram.ts';
import { CacheHierarchy } from '../../src/memory/hierarchy.ts';

/** One line in L1, two in L2: small enough to follow by hand. */
const L1 = { name: 'L1D', bytes: 64, ways: 1, line: 64, latency: 4 };
const L2 = { name: 'L2', bytes: 128, ways: 2, line: 64, latency: 14 };

describe('the cache hierarchy', () => {
  it('answers from the nearest level that has the line, at that level’s whole latency', () => {
    const hierarchy = new CacheHierarchy([L1, L2], new Dram(200), 40);
    const answers = [7, 7, 8, 7, 9, 8].map((line) => hierarchy.names[hierarchy.access(line)]);
    // 7: nowhere, then L1. 8: nowhere, displaces 7 in L1. 7: L2 (which makes it L2's newest). 9: nowhere, takes 8's
    // place in L2. 8: nowhere again.
    expect(answers).toEqual(['DRAM', 'L1D', 'DRAM', 'L2', 'DRAM', 'DRAM']);
    expect([0, 1, 2].map((level) => hierarchy.latencyOf(level))).toEqual([4, 14, 200]);
    expect(hierarchy.dram.accesses).toBe(4);
  });

  it('asks a farther level only when the nearer one missed', () => {
    const hierarchy = new CacheHierarchy([L1, L2], new Dram(200), 40);
    for (const line of [7, 7, 7, 8]) hierarchy.access(line);
    expect(hierarchy.caches.map(({ hits, misses }) => [hits, misses])).toEqual([
      [2, 2],
      [0, 2],
    ]);
  });

  it('without caches is memory alone', () => {
    const hierarchy = new CacheHierarchy([], new Dram(30), 40);
    expect(hierarchy.latencyOf(hierarchy.access(5))).toBe(30);
  });

  it('numbers the lines of memory through: 64 lines a frame', () => {
    const hierarchy = new CacheHierarchy([L1], new Dram(200), 52);
    expect(hierarchy.lineOf(3, 0)).toBe(192);
    expect(hierarchy.lineOf(3, 4095)).toBe(255);
    expect(hierarchy.lineOf(2 ** 40 - 1, 64)).toBe((2 ** 40 - 1) * 64 + 1);
  });

  it('tells lines apart that differ only above 2^32', () => {
    const hierarchy = new CacheHierarchy([L1], new Dram(200), 52);
    hierarchy.access(5);
    expect(hierarchy.access(5 + 2 ** 32)).toBe(1);
  });

  it('refuses levels with different line sizes', () => {
    expect(() => new CacheHierarchy([L1, { ...L2, line: 128 }], new Dram(200), 40)).toThrow(InputError);
  });
});
