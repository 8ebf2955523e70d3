import { describe, expect, it } from 'vitest';
import { FETCH, LOAD, STORE, SUPERVISOR, USER } from '../../src/core/access.ts';
import { ATTR_DIRTY, sizeShiftOf } from '../../src/core/attributes.ts';
import { Dram } from '../../src/memory/dram.ts';
import { CacheHierarchy } from '../../src/memory/hierarchy.ts';
import { MemoryMap } from '../../src/memory/memory-map.ts';
import { modeNamed } from '../../src/mmu/mode/index.ts';
import { PagingStructureCaches } from '../../src/mmu/psc.ts';
import { rulesFor } from '../../src/mmu/rules/index.ts';
import { TIMED, Walker } from '../../src/mmu/walker.ts';
import { ARM, RISCV, X86 } from './controls.ts';
import { memoryOf, walkerFor, wordsIn } from './rig.ts';

/**
 * x86-64, root 0x1000 -> 0x2000 -> 0x3000 -> 0x4000, all by index 0; frames from 0x80. Flags: P 1, R/W 2, U/S 4,
 * A 0x20, D 0x40, PS 0x80.
 */
const TABLES: [bigint, bigint][] = [
  [0x1000n, 0x2007n],
  [0x2000n, 0x3007n],
  [0x3000n, 0x4007n],
  // A 2 MiB leaf at 1 GiB-relative 2 MiB, and in the last table two 4 KiB pages.
  [0x3008n, 0x4000087n],
  [0x4000n, 0x80007n],
  [0x4008n, 0x81007n],
];

/** One line of L1 (4 cycles), all else in memory (100 cycles); a PDE cache of one entry, 2 cycles; A/D update 20. */
function machine() {
  const memory = memoryOf(TABLES, 8);
  const mode = modeNamed('x86-64');
  const psc = new PagingStructureCaches(mode, {
    levels: { '2': { sets: 1, ways: 1 } },
    latency: 2,
    pageInvalidates: 'asid',
  });
  const walker = new Walker(rulesFor(mode, X86), {
    memory,
    caches: new CacheHierarchy(
      [{ name: 'L1D', bytes: 64, ways: 1, line: 64, latency: 4 }],
      new Dram(100),
      40,
    ),
    psc,
    memoryMap: null,
    adUpdate: 20,
  });
  walker.root = 1;
  return { walker, memory };
}

describe('the timed walk', () => {
  it('costs the PSC lookup, every PTE read where it is answered, and every A or D update', () => {
    const { walker } = machine();
    // 2 for the PSC; four reads from memory, each in a line of its own; A set in four entries.
    expect(walker.walk(0, 0, LOAD, USER).cycles).toBe(2 + 4 * 100 + 4 * 20);
  });

  it('begins below the deepest entry that the PSC holds, where it finds line and A bits as it left them', () => {
    const { walker } = machine();
    walker.walk(0, 0, LOAD, USER);
    // The last table's line is in L1. The neighbouring page's A bit is still clear.
    const walk = walker.walk(1, 0, LOAD, USER);
    expect([walk.pscLevel, walk.reads, walk.cycles]).toEqual([2, 1, 2 + 4 + 20]);
    expect(walker.walk(1, 0, LOAD, USER).cycles).toBe(2 + 4);
  });

  it('tells each read: its level, who answered, its cycles, and whether A or D was then set', () => {
    const { walker } = machine();
    const walk = walker.walk(0, 0, LOAD, USER);
    expect([...walk.readLevel.subarray(0, walk.reads)]).toEqual([4, 3, 2, 1]);
    expect([...walk.readFrom.subarray(0, walk.reads)]).toEqual([1, 1, 1, 1]);
    expect([...walk.readCycles.subarray(0, walk.reads)]).toEqual([100, 100, 100, 100]);
    expect([...walk.readUpdated.subarray(0, walk.reads)]).toEqual([1, 1, 1, 1]);
  });

  it('of a store to a page that a load has walked sets D with one update', () => {
    const { walker, memory } = machine();
    expect(walker.walk(0, 0, LOAD, USER).attributes & ATTR_DIRTY).toBe(0);
    const walk = walker.walk(0, 0, STORE, USER);
    expect([walk.updates, walk.cycles, walk.attributes & ATTR_DIRTY]).toEqual([1, 2 + 4 + 20, ATTR_DIRTY]);
    expect(wordsIn(memory, [0x4000n], 8).get(0x4000n)).toBe(0x80067n);
  });

  it('that is refused costs what it read, and keeps the A bits of the pointers it followed', () => {
    const { walker, memory } = machine();
    const walk = walker.walk(2, 0, LOAD, USER);
    expect(walk.fault).toMatchObject({ vector: 14, code: 4, reason: 'not-present', level: 1 });
    expect(walk.cycles).toBe(2 + 4 * 100 + 3 * 20);
    expect(wordsIn(memory, [0x3000n], 8).get(0x3000n)).toBe(0x4027n);
  });

  it('of an address that is not canonical reads nothing and takes no time', () => {
    const { walker } = machine();
    const walk = walker.walk(2 ** 35, 0, LOAD, USER);
    expect(walk.fault).toMatchObject({ vector: 13, code: 0, reason: 'non-canonical', level: 0 });
    expect([walk.reads, walk.cycles]).toEqual([0, 0]);
  });

  it('ends at a large page with the frame of the address itself', () => {
    const { walker } = machine();
    const walk = walker.walk(0x200 + 0x123, 0, LOAD, USER);
    expect([walk.pfn, sizeShiftOf(walk.attributes), walk.reads]).toEqual([0x4000 + 0x123, 9, 3]);
  });
});

describe('a step of the walker', () => {
  it('reads one entry, root first, and says whether there is another', () => {
    const { walker } = machine();
    const seen: [number, number][] = [];
    let more = walker.begin(0, 0, LOAD, USER, TIMED);
    while (more) {
      more = walker.step();
      seen.push([walker.result.level, walker.result.table]);
    }
    expect(seen).toEqual([
      [4, 1],
      [3, 2],
      [2, 3],
      [1, 4],
    ]);
    expect(walker.result.pfn).toBe(0x80);
  });
});

describe('the RISC-V walker', () => {
  /** Sv39: root 0x1000 -> 0x2000 -> 0x3000; PPN << 10 | flags. The leaf is a 64 KiB Svnapot page at 0x80210000. */
  const walkerWith = (controls: object) => {
    const memory = memoryOf(
      [
        [0x1000n, 0x801n],
        [0x2000n, 0xc01n],
        [0x3018n, (1n << 63n) | (0x80218n << 10n) | 0xdfn],
      ],
      8,
    );
    const walker = new Walker(rulesFor(modeNamed('sv39'), { ...RISCV, ...controls }), {
      memory,
      caches: new CacheHierarchy([], new Dram(100), 56),
      psc: null,
      memoryMap: null,
      adUpdate: 20,
    });
    walker.root = 1;
    return walker;
  };

  it('takes the low four frame bits of a Svnapot page from the address', () => {
    const walk = walkerWith({ svnapot: true }).walk(3, 0, LOAD, USER);
    expect([walk.fault, walk.pfn, sizeShiftOf(walk.attributes)]).toEqual([null, 0x80213, 4]);
  });

  it('refuses the N bit without Svnapot as reserved', () => {
    expect(walkerWith({ svnapot: false }).walk(3, 0, FETCH, USER).fault).toMatchObject({
      code: 12,
      reason: 'reserved-bit',
    });
  });

  it('never lets S-mode fetch from a user page, SUM or not', () => {
    const walker = walkerWith({ svnapot: true, sum: true });
    expect(walker.walk(3, 0, LOAD, SUPERVISOR).fault).toBe(null);
    expect(walker.walk(3, 0, FETCH, SUPERVISOR).fault).toMatchObject({ code: 12, reason: 'user-page' });
  });
});

describe('addresses that TTBR0 does not have', () => {
  it('are all those from the end of the lower half on, up to the very last', () => {
    const mode = modeNamed('armv8-4k-48');
    const walker = walkerFor(rulesFor(mode, ARM), memoryOf([[0x1000n, 0n]], 8));
    walker.root = 1;
    const reasons = [2 ** 36 - 1, 2 ** 36, 2 ** 52 - 2 ** 35, 2 ** 52 - 1].map(
      (vpn) => walker.walk(vpn, 0, LOAD, USER).fault?.reason,
    );
    expect(reasons.map((reason) => reason === 'non-canonical')).toEqual([false, true, true, true]);
  });
});

describe('memory that ends inside a table', () => {
  it('is asked for each entry by its own bytes', () => {
    // Memory up to 0x1010: entries 0 and 1 of the root are in it, entry 2 is not.
    const memoryMap = new MemoryMap([{ base: 0n, size: 0x1010n }]);
    const walker = walkerFor(rulesFor(modeNamed('x86-64'), X86), memoryOf([], 8), { memoryMap });
    walker.root = 1;
    const reasons = [0, 1, 2].map((index) => walker.walk(index * 2 ** 27, 0, LOAD, USER).fault?.reason);
    expect(reasons).toEqual(['not-present', 'not-present', 'access-fault']);
  });
});
