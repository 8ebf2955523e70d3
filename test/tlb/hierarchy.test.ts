import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTR_GLOBAL, ATTR_READ, ATTR_SIZE_SHIFT } from '../../src/core/attributes.ts';
import { RegionTable } from '../../src/core/regions.ts';
import { TlbHierarchy } from '../../src/tlb/hierarchy.ts';
import type { TlbConfig } from '../../src/tlb/tlb.ts';

const PAGES_2M = 9;
const PAGES_1G = 18;

function tlb(name: string, shifts: number[], sets: number, ways: number): TlbConfig {
  return { name, latency: 0, arrays: [{ shifts, sets, ways, replacement: 'lru' }] };
}

function hierarchy(shifts = [0, PAGES_2M, PAGES_1G], inclusive = false): TlbHierarchy {
  return new TlbHierarchy(
    {
      itlb: tlb('ITLB', shifts, 1, 4),
      dtlb: tlb('DTLB', shifts, 1, 4),
      stlb: tlb('STLB', shifts, 1, inclusive ? 4 : 64),
      inclusive,
    },
    new RegionTable(),
  );
}

/** Enters a leaf of 2^shift pages that covers `vpn`, identity-mapped, into DTLB and STLB. */
function map(tlbs: TlbHierarchy, asid: number, vpn: number, shift: number, extra = 0): void {
  const region = tlbs.regions.intern(Math.floor(vpn / 2 ** 20));
  const low = vpn % 2 ** 20;
  const key = tlbs.keyOf(asid, region, low);
  const attributes = ATTR_READ | extra | (shift << ATTR_SIZE_SHIFT);
  tlbs.fill(tlbs.stlb!, key, region, low, vpn, attributes, 0x3f);
  tlbs.fill(tlbs.dtlb, key, region, low, vpn, attributes, 0x3f);
}

/** The frame that the DTLB gives for a page, or null. */
function frameOf(tlbs: TlbHierarchy, asid: number, vpn: number): number | null {
  const region = tlbs.regions.intern(Math.floor(vpn / 2 ** 20));
  const low = vpn % 2 ** 20;
  const slot = tlbs.find(tlbs.dtlb, tlbs.keyOf(asid, region, low), region, low);
  if (slot < 0) return null;
  const shift = (tlbs.dtlb.attributes[slot]! >>> ATTR_SIZE_SHIFT) & 0x3f;
  return tlbs.dtlb.frames[slot]! + (low % 2 ** Math.min(shift, PAGES_1G));
}

describe('a TLB entry', () => {
  it.each([0, PAGES_2M, PAGES_1G])(
    'of size shift %i covers its whole page and nothing beside it',
    (shift) => {
      const tlbs = hierarchy();
      const first = 3 * 2 ** PAGES_1G;
      map(tlbs, 1, first + 2 ** shift - 1, shift);
      expect(frameOf(tlbs, 1, first)).toBe(first);
      expect(frameOf(tlbs, 1, first + 2 ** shift - 1)).toBe(first + 2 ** shift - 1);
      expect(frameOf(tlbs, 1, first + 2 ** shift)).toBeNull();
      expect(frameOf(tlbs, 1, first - 1)).toBeNull();
    },
  );

  it('belongs to its ASID alone', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 77, 0);
    expect(frameOf(tlbs, 2, 77)).toBeNull();
  });

  it('of a global page serves every ASID and survives a flush of one', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 77, 0, ATTR_GLOBAL);
    tlbs.invalidateAsid(1);
    expect(frameOf(tlbs, 2, 77)).toBe(77);
    tlbs.invalidatePage(5, 77);
    expect(frameOf(tlbs, 2, 77)).toBeNull();
  });
});

describe('invalidation', () => {
  it('by address drops the page of that address space from every level, and nothing else', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 10, 0);
    map(tlbs, 2, 10, 0);
    map(tlbs, 1, 11, 0);
    tlbs.invalidatePage(1, 10);
    expect([frameOf(tlbs, 1, 10), frameOf(tlbs, 2, 10), frameOf(tlbs, 1, 11)]).toEqual([null, 10, 11]);
    expect(tlbs.stlb!.find(tlbs.keyOf(1, 0, 10))).toBe(-1);
  });

  it('by address inside a superpage drops the superpage', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 512, PAGES_2M);
    tlbs.invalidatePage(1, 1000);
    expect(frameOf(tlbs, 1, 512)).toBeNull();
  });

  it('by address drops every piece of a leaf larger than the TLB holds (SDM vol. 3, 4.10.2.3)', () => {
    const tlbs = hierarchy([0]);
    map(tlbs, 1, 512, PAGES_2M);
    map(tlbs, 1, 900, PAGES_2M);
    map(tlbs, 1, 5000, 0);
    tlbs.invalidatePage(1, 700);
    expect([frameOf(tlbs, 1, 512), frameOf(tlbs, 1, 900), frameOf(tlbs, 1, 5000)]).toEqual([
      null,
      null,
      5000,
    ]);
  });

  it('by range drops what overlaps it', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 9, 0);
    map(tlbs, 1, 10, 0);
    map(tlbs, 1, 512, PAGES_2M);
    tlbs.invalidateRange(1, 10, 503);
    expect([frameOf(tlbs, 1, 9), frameOf(tlbs, 1, 10), frameOf(tlbs, 1, 600)]).toEqual([9, null, null]);
  });

  it('is seen by whoever remembers a hit: the generation grows', () => {
    const tlbs = hierarchy();
    const before = tlbs.generation;
    tlbs.invalidateAsid(3);
    expect(tlbs.generation).toBeGreaterThan(before);
  });
});

describe('whoever remembers a hit', () => {
  it.each<[string, (tlbs: TlbHierarchy) => void]>([
    ['a page', (tlbs) => tlbs.invalidatePage(1, 5)],
    ['a range', (tlbs) => tlbs.invalidateRange(1, 5, 2)],
    ['an ASID', (tlbs) => tlbs.invalidateAsid(1)],
    ['all but global entries', (tlbs) => tlbs.invalidateNonGlobal()],
    ['everything', (tlbs) => tlbs.invalidateAll()],
    ['no entry but what entries allow', (tlbs) => tlbs.recheck(() => 0)],
    ['packed keys', (tlbs) => void tlbs.keyOf(40, 0, 0)],
  ])('must forget it when %s goes: the generation grows', (_what, act) => {
    const tlbs = hierarchy();
    map(tlbs, 1, 5, 0);
    const before = tlbs.generation;
    act(tlbs);
    expect(tlbs.generation).toBe(before + 1);
  });
});

describe('entries that are not global', () => {
  it('go from all TLBs and address spaces at once, the global ones stay', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 10, 0);
    map(tlbs, 2, 512, PAGES_2M);
    map(tlbs, 3, 77, 0, ATTR_GLOBAL);
    tlbs.invalidateNonGlobal();
    expect([frameOf(tlbs, 1, 10), frameOf(tlbs, 2, 600), frameOf(tlbs, 4, 77)]).toEqual([null, null, 77]);
    expect([tlbs.dtlb.invalidations, tlbs.stlb!.invalidations, tlbs.itlb.invalidations]).toEqual([2, 2, 0]);
  });
});

describe('global entries', () => {
  it('do not go with an ASID whose number packed keys use for them', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 77, 0, ATTR_GLOBAL);
    tlbs.invalidateAsid(31);
    expect(frameOf(tlbs, 1, 77)).toBe(77);
  });

  it('leave the pages of one address space to be found, in whichever slot they are', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 10, 0);
    map(tlbs, 1, 11, 0, ATTR_GLOBAL);
    expect([frameOf(tlbs, 1, 10), frameOf(tlbs, 1, 11), frameOf(tlbs, 1, 12)]).toEqual([10, 11, null]);
  });

  it('may exist from the first one to the next flush of everything', () => {
    const tlbs = hierarchy();
    expect(tlbs.hasGlobals).toBe(false);
    map(tlbs, 1, 11, 0, ATTR_GLOBAL);
    expect(tlbs.hasGlobals).toBe(true);
    tlbs.invalidateNonGlobal();
    expect(tlbs.hasGlobals).toBe(true);
    tlbs.invalidateAll();
    expect(tlbs.hasGlobals).toBe(false);
  });
});

describe('a page that is filled again', () => {
  it('replaces its entry: there are never two', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 10, 0);
    map(tlbs, 1, 10, 0);
    expect([...tlbs.dtlb.entries()]).toHaveLength(1);
    expect(tlbs.dtlb.evictions).toBe(0);
  });
});

describe('what entries allow', () => {
  it('is worked out anew for every entry from its attributes', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 10, 0);
    map(tlbs, 1, 11, 0);
    tlbs.recheck((attributes) => (attributes & ATTR_READ ? 5 : 0));
    const slots = [10, 11].map((vpn) => tlbs.find(tlbs.dtlb, tlbs.keyOf(1, 0, vpn), 0, vpn));
    expect(slots.map((slot) => tlbs.dtlb.allowed[slot])).toEqual([5, 5]);
  });
});

describe('hits', () => {
  it('are slow when a first-level TLB has a latency, whichever it is; the STLB does not count', () => {
    const at = (latency: number, name: string) => ({ ...tlb(name, [0], 1, 4), latency });
    const slow = (itlb: number, dtlb: number, storeTlb: number, stlb: number) =>
      new TlbHierarchy(
        { itlb: at(itlb, 'I'), dtlb: at(dtlb, 'D'), storeTlb: at(storeTlb, 'S'), stlb: at(stlb, 'L2') },
        new RegionTable(),
      ).slowHits;
    expect([slow(0, 0, 0, 7), slow(1, 0, 0, 0), slow(0, 1, 0, 0), slow(0, 0, 1, 0)]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});

describe('an STLB that nobody calls inclusive', () => {
  it('leaves the first level alone when it evicts', () => {
    const tlbs = new TlbHierarchy(
      { itlb: tlb('I', [0], 1, 4), dtlb: tlb('D', [0], 1, 4), stlb: tlb('L2', [0], 1, 1) },
      new RegionTable(),
    );
    map(tlbs, 1, 1, 0);
    map(tlbs, 1, 2, 0);
    expect([frameOf(tlbs, 1, 1), frameOf(tlbs, 1, 2)]).toEqual([1, 2]);
  });
});

describe('an inclusive STLB', () => {
  it('that evicts a large page keeps its own smaller entries inside it', () => {
    const tlbs = hierarchy([0, PAGES_2M], true);
    map(tlbs, 1, 512, PAGES_2M);
    for (const vpn of [600, 1, 2, 3]) map(tlbs, 1, vpn, 0);
    expect(tlbs.stlb!.find(tlbs.keyOf(1, 0, 513))).toBe(-1);
    expect(tlbs.stlb!.find(tlbs.keyOf(1, 0, 600))).toBeGreaterThanOrEqual(0);
    // The first level lost the large page and what lies inside it.
    expect([frameOf(tlbs, 1, 513), frameOf(tlbs, 1, 600), frameOf(tlbs, 1, 1)]).toEqual([null, null, 1]);
  });

  it('takes a page that it evicts out of the first level', () => {
    const tlbs = hierarchy([0], true);
    for (const vpn of [1, 2, 3, 4]) map(tlbs, 1, vpn, 0);
    const region = 0;
    tlbs.fill(tlbs.stlb!, tlbs.keyOf(1, region, 5), region, 5, 5, ATTR_READ, 0x3f);
    expect(frameOf(tlbs, 1, 1)).toBeNull();
    expect(frameOf(tlbs, 1, 2)).toBe(2);
  });
});

describe('keys', () => {
  it('keep every entry when they outgrow an int32', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20), fc.nat(2 ** 36 - 1), fc.constantFrom(0, PAGES_2M, PAGES_1G)), {
          maxLength: 4,
        }),
        (entries) => {
          const tlbs = hierarchy();
          for (const [asid, vpn, shift] of entries) map(tlbs, asid, vpn, shift);
          const before = entries.map(([asid, vpn]) => frameOf(tlbs, asid, vpn));
          map(tlbs, 40, 0, 0);
          tlbs.invalidatePage(40, 0);
          expect(tlbs.wide).toBe(true);
          const after = entries.map(([asid, vpn]) => frameOf(tlbs, asid, vpn));
          const victim = entries.length === 4 ? 1 : 0;
          const lost = new Set(
            entries.filter((_, i) => before[i] !== after[i]).map((entry) => entry.join(':')),
          );
          expect(lost.size).toBeLessThanOrEqual(victim);
        },
      ),
    );
  });
});

describe('regions are numbered by the trace alone', () => {
  it('an invalidation where nothing was accessed gives its region no number', () => {
    const tlbs = hierarchy();
    map(tlbs, 1, 5, 0);
    tlbs.invalidatePage(1, 7 * 2 ** 20);
    expect(tlbs.regions.count).toBe(1);
    expect(frameOf(tlbs, 1, 5)).toBe(5);
  });

  it('and yet drops the pieces of a leaf that reaches there from a region that was accessed', () => {
    const tlbs = hierarchy([0]);
    const PAGES_512G = 27;
    map(tlbs, 1, 5, PAGES_512G);
    map(tlbs, 2, 6, PAGES_512G);
    tlbs.invalidatePage(1, 7 * 2 ** 20);
    expect(frameOf(tlbs, 1, 5)).toBeNull();
    expect(frameOf(tlbs, 2, 6)).not.toBeNull();
  });
});
