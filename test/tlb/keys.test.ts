import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { RegionTable } from '../../src/core/regions.ts';
import { TlbHierarchy } from '../../src/tlb/hierarchy.ts';
import { packedKey, packedTag, partsOfTag, TLB_SIZE_SHIFTS, wideKey, wideTag } from '../../src/tlb/key.ts';
import type { TlbConfig } from '../../src/tlb/tlb.ts';

const one: TlbConfig = {
  name: 'TLB',
  latency: 0,
  arrays: [{ shifts: [0], sets: 1, ways: 4, replacement: 'lru' }],
};
const hierarchy = () => new TlbHierarchy({ itlb: one, dtlb: one }, new RegionTable());

describe('a tag', () => {
  // First and last page that a key of each kind can name.
  const packed = [
    [0, 0, 0],
    [31, 63, 2 ** 20 - 1],
    [5, 17, 0x12345],
  ] as const;
  const wide = [
    [0, 0, 0],
    [4095, 131071, 2 ** 20 - 1],
    [4000, 70000, 0x54321],
  ] as const;

  it.each(TLB_SIZE_SHIFTS)('of size shift %i gives back the page it was made of, at its size', (shift) => {
    const aligned = (low: number) => low - (low % 2 ** shift);
    for (const [asid, region, low] of packed) {
      const tag = packedTag(packedKey(asid, region, low), shift);
      expect(partsOfTag(tag, false)).toEqual({ shift, asid, region, low: aligned(low) });
    }
    for (const [asid, region, low] of wide) {
      const tag = wideTag(wideKey(asid, region, low), shift);
      expect(partsOfTag(tag, true)).toEqual({ shift, asid, region, low: aligned(low) });
    }
  });

  it('is never that of a free slot, and differs between sizes', () => {
    const tags = TLB_SIZE_SHIFTS.flatMap((shift) =>
      packed.map(([asid, region, low]) => packedTag(packedKey(asid, region, low), shift)),
    );
    expect(tags).not.toContain(-1);
    expect(new Set(tags).size).toBe(tags.length);
  });
});

describe('keys', () => {
  it('are int32 for 31 ASIDs and 64 regions, and doubles beyond', () => {
    const tlbs = hierarchy();
    expect(tlbs.wide).toBe(false);
    tlbs.keyOf(30, 63, 0);
    expect(tlbs.wide).toBe(false);
    const byAsid = hierarchy();
    byAsid.keyOf(31, 0, 0);
    const byRegion = hierarchy();
    byRegion.keyOf(0, 64, 0);
    expect([byAsid.wide, byRegion.wide]).toEqual([true, true]);
  });

  it.each([
    [4095, 0],
    [0, 131072],
  ])('are refused for ASID %i in region %i: no key could tell it from others', (asid, region) => {
    const tlbs = hierarchy();
    expect(tlbs.keyOf(4094, 131071, 0)).toBe(4094 * 2 ** 37 + 131071 * 2 ** 20);
    try {
      tlbs.keyOf(asid, region, 0);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toBe(
        'more than 131072 regions of 4 GiB or 4095 ASIDs in one run',
      );
      expect((error as InputError).remedy).toMatch(/split the trace/);
    }
  });
});
