import { describe, expect, it } from 'vitest';
import { RegionTable } from '../../src/core/regions.ts';
import { packedKey } from '../../src/tlb/key.ts';
import { Tlb } from '../../src/tlb/tlb.ts';
import type { TlbArrayConfig } from '../../src/tlb/tlb-array.ts';

const M2 = 9;
const LARGE: TlbArrayConfig = { shifts: [M2], sets: 1, ways: 2, replacement: 'lru' };
const SMALL: TlbArrayConfig = { shifts: [0], sets: 2, ways: 2, replacement: 'lru' };

const tlb = (...arrays: TlbArrayConfig[]) => new Tlb({ name: 'T', latency: 0, arrays }, new RegionTable());
const key = (low: number) => packedKey(1, 0, low);
/** Enters an identity-mapped leaf. */
const enter = (to: Tlb, low: number, shift = 0) => to.enter(key(low), low, shift, low, 0, 0x3f);

describe('a TLB of several arrays', () => {
  it('numbers the slots of all arrays together, whichever comes first', () => {
    const one = tlb(LARGE, SMALL);
    const slots = [enter(one, 512, M2), enter(one, 1), enter(one, 2)];
    expect(new Set(slots).size).toBe(3);
    expect([512, 1, 2].map((low) => one.lookup(key(low)))).toEqual(slots);
    expect([700, 1, 2].map((low) => one.frameOf(one.lookup(key(low)), low))).toEqual([700, 1, 2]);
  });

  it('shows every live entry with its place: array, set, way, rank and page', () => {
    const one = tlb(LARGE, SMALL);
    enter(one, 1024, M2);
    enter(one, 4);
    enter(one, 7);
    enter(one, 6);
    one.invalidate(key(4), 1);
    // Even pages go to set 0, odd ones to set 1; page 6 took the second way beside page 4.
    const places = [...one.entries()].map(({ slot, array, set, way, rank, parts }) => ({
      slot,
      at: [array, set, way],
      rank,
      page: parts.low,
      shift: parts.shift,
    }));
    expect(places).toEqual([
      { slot: 0, at: [0, 0, 0], rank: 0, page: 1024, shift: M2 },
      { slot: 3, at: [1, 0, 1], rank: 0, page: 6, shift: 0 },
      { slot: 4, at: [1, 1, 0], rank: 0, page: 7, shift: 0 },
    ]);
  });
});

describe('a fill', () => {
  it('names whom it pushed out, and nobody when there was room', () => {
    const one = tlb(SMALL);
    for (const low of [0, 2, 4]) enter(one, low);
    expect([one.victim?.low, one.evictions]).toEqual([0, 1]);
    enter(one, 1);
    expect([one.victim, one.evictions]).toEqual([null, 1]);
    enter(one, 6);
    expect(one.victim?.low).toBe(2);
    // Page 6 is there: it is entered in its own place.
    enter(one, 6);
    expect([one.victim, one.evictions]).toEqual([null, 2]);
  });

  it('of a size that no array takes, or of a TLB that is not filled, is not cached', () => {
    const only2M = tlb(LARGE);
    expect([only2M.enter(key(3), 3, 0, 3, 0, 0), only2M.insert(key(3), 3, 0, 3, 0, 0)]).toEqual([-1, -1]);
    const closed = new Tlb({ name: 'T', latency: 0, fillOnMiss: false, arrays: [SMALL] }, new RegionTable());
    expect([closed.enter(key(3), 3, 0, 3, 0, 0), closed.insert(key(3), 3, 0, 3, 0, 0)]).toEqual([-1, -1]);
    expect([...closed.entries()]).toEqual([]);
  });

  it('of a large leaf is found again after smaller ones came and went in its slots', () => {
    const one = tlb({ shifts: [0, M2], sets: 1, ways: 2, replacement: 'lru' });
    enter(one, 512, M2);
    enter(one, 1);
    enter(one, 2);
    expect(one.lookup(key(600))).toBe(-1);
    enter(one, 512, M2);
    one.invalidate(key(2), 1);
    expect(one.frameOf(one.lookup(key(600)), 600)).toBe(600);
    enter(one, 1024, M2);
    one.invalidate(key(1024), 1);
    expect(one.lookup(key(600))).toBeGreaterThanOrEqual(0);
  });
});

describe('counters', () => {
  it('count what was invalidated, entry by entry, and go back to zero', () => {
    const one = tlb(SMALL, LARGE);
    enter(one, 0);
    enter(one, 3);
    enter(one, 512, M2);
    one.invalidateWhere(() => true);
    expect(one.invalidations).toBe(3);
    expect([...one.entries()]).toEqual([]);
    for (const low of [0, 2, 4, 6]) enter(one, low);
    expect(one.evictions).toBe(2);
    one.invalidateAll();
    expect(one.invalidations).toBe(5);
    one.lookups = one.misses = 7;
    one.resetCounters();
    expect([one.lookups, one.misses, one.evictions, one.invalidations]).toEqual([0, 0, 0, 0]);
  });
});

describe('a second use right after a fill', () => {
  it('changes nothing unless some array is SRRIP, which tells a fill from a hit', () => {
    const srrip: TlbArrayConfig = { ...LARGE, replacement: 'srrip' };
    expect([tlb(SMALL, LARGE).fillCountsAsUse, tlb(SMALL, srrip).fillCountsAsUse]).toEqual([true, false]);
  });
});
