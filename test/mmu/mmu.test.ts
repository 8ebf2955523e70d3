import { describe, expect, it } from 'vitest';
import { LOAD, STORE, SUPERVISOR, USER } from '../../src/core/access.ts';
import { ATTR_DIRTY } from '../../src/core/attributes.ts';
import { Ledger } from '../../src/core/ledger.ts';
import { RegionTable } from '../../src/core/regions.ts';
import { Mmu, type MmuConfig } from '../../src/mmu/mmu.ts';
import { modeNamed } from '../../src/mmu/mode/index.ts';
import type { RiscvControls } from '../../src/mmu/rules/controls.ts';
import { rulesFor } from '../../src/mmu/rules/index.ts';
import { WalkerPool } from '../../src/mmu/walker-pool.ts';
import { TlbHierarchy } from '../../src/tlb/hierarchy.ts';
import type { Replacement } from '../../src/tlb/replacement/index.ts';
import type { TlbConfig } from '../../src/tlb/tlb.ts';
import { RISCV, X86 } from './controls.ts';
import { memoryOf, walkerFor, wordsIn } from './rig.ts';

/** Root 0x1000 -> 0x2000 -> 0x3000 -> 0x4000, all by index 0. P 1, R/W 2, U/S 4, A 0x20, D 0x40. */
const X86_TABLES: [bigint, bigint][] = [
  [0x1000n, 0x2027n],
  [0x2000n, 0x3027n],
  [0x3000n, 0x4027n],
  [0x4000n, 0x80027n],
  // Page 1 is read-only, page 2 a supervisor page.
  [0x4008n, 0x81025n],
  [0x4010n, 0x82023n],
];

/** Sv39: 0x1000 -> 0x2000 -> 0x3000; a pointer is PFN << 10 | V, the leaf 0x80 << 10 | A U W R V, D clear. */
const SV39_TABLES: [bigint, bigint][] = [
  [0x1000n, 0x801n],
  [0x2000n, 0xc01n],
  [0x3000n, 0x20057n],
];

const tlb = (name: string, ways: number, latency: number, replacement: Replacement = 'lru'): TlbConfig => ({
  name,
  latency,
  arrays: [{ shifts: [0], sets: 1, ways, replacement }],
});

const CONFIG: MmuConfig = {
  permissionMiss: 'rewalk',
  dirty: { action: 'assist', cycles: 50 },
  cacheNames: ['dram'],
  levels: 4,
  adUpdate: 20,
};

interface Options {
  readonly config?: Partial<MmuConfig>;
  readonly riscv?: RiscvControls;
  readonly stlb?: boolean;
  readonly firstLevel?: Replacement;
}

/** Memory answers in 100 cycles, there is no PSC, the STLB answers in 7; A/D updates take 20. */
function machine({ config = {}, riscv, stlb = true, firstLevel }: Options = {}) {
  const memory = memoryOf(riscv ? SV39_TABLES : X86_TABLES, 8);
  const rules = riscv ? rulesFor(modeNamed('sv39'), riscv) : rulesFor(modeNamed('x86-64'), X86);
  const tlbs = new TlbHierarchy(
    {
      itlb: tlb('ITLB', 2, 0),
      dtlb: tlb('DTLB', 2, 0, firstLevel),
      ...(stlb ? { stlb: tlb('STLB', 8, 7) } : {}),
    },
    new RegionTable(),
  );
  tlbs.regions.intern(0);
  const mmu = new Mmu(
    { tlbs, walker: walkerFor(rules, memory, { psc: null }), pool: new WalkerPool(1, 1), psc: null },
    { ...CONFIG, levels: rules.mode.levels, ...config },
    new Ledger(),
  );
  mmu.switchTo(1, 1);
  const access = (page: number, type = LOAD, privilege = USER) => {
    mmu.latency.clear();
    return mmu.translate(tlbs.keyOf(1, 0, page), 0, page, 0, type as 0, privilege as 0);
  };
  const leaf = () => [...wordsIn(memory, [riscv ? 0x3000n : 0x4000n], 8).values()][0]!;
  return { mmu, tlbs, access, leaf };
}

describe('a translation', () => {
  it('by walk fills both levels; the next one is a hit of the first; after that one leaves, of the STLB', () => {
    const { mmu, tlbs, access } = machine();
    expect(mmu.cached).toBe(false);
    expect(access(0)).toBe(true);
    // The STLB's miss, then four reads from memory.
    expect([mmu.frame, mmu.cached, mmu.latency.total]).toEqual([0x80, true, 7 + 400]);
    expect([tlbs.dtlb.misses, tlbs.stlb!.lookups, tlbs.stlb!.misses]).toEqual([1, 1, 1]);
    mmu.cached = false;
    expect(access(0)).toBe(true);
    expect([mmu.frame, mmu.cached, mmu.latency.total, mmu.counters.count]).toEqual([0x80, true, 0, 1]);
    expect(tlbs.dtlb.misses).toBe(1);
    access(1);
    access(2, LOAD, SUPERVISOR);
    mmu.cached = false;
    expect(access(0)).toBe(true);
    expect([mmu.frame, mmu.cached, mmu.latency.total, mmu.counters.count]).toEqual([0x80, true, 7, 3]);
  });

  it('that is tried again after its fault is not counted twice', () => {
    const { mmu, tlbs } = machine();
    const key = tlbs.keyOf(1, 0, 9);
    expect(mmu.translate(key, 0, 9, 0, LOAD, USER)).toBe(false);
    expect(mmu.fault).toMatchObject({ reason: 'not-present', level: 1, vpn: 9 });
    expect(mmu.translate(key, 0, 9, 0, LOAD, USER, true)).toBe(false);
    expect([tlbs.dtlb.misses, tlbs.stlb!.lookups, tlbs.stlb!.misses]).toEqual([1, 1, 1]);
    expect([mmu.counters.count, mmu.counters.faulted]).toEqual([2, 2]);
  });

  it('passes over an STLB that is not there', () => {
    const { mmu, access } = machine({ stlb: false });
    access(0);
    expect([mmu.frame, mmu.latency.total]).toEqual([0x80, 400]);
  });
});

describe('a store to a page whose cached translation is clean', () => {
  it('walks again to set D, at the price of an assist, and is an ordinary hit from then on', () => {
    const { mmu, access, leaf } = machine();
    access(0);
    expect(leaf()).toBe(0x80027n);
    expect(access(0, STORE)).toBe(true);
    expect([leaf(), mmu.counters.assists, mmu.counters.count]).toEqual([0x80067n, 1, 2]);
    expect(mmu.attributes & ATTR_DIRTY).not.toBe(0);
    // Four reads, the update of D, the assist.
    expect(mmu.latency.total).toBe(400 + 20 + 50);
    expect(access(0, STORE)).toBe(true);
    expect([mmu.latency.total, mmu.counters.assists]).toEqual([0, 1]);
  });

  it('faults where D is software’s (Svade): the entry goes, the walk finds D clear and refuses', () => {
    const { mmu, access, leaf } = machine({
      riscv: { ...RISCV, adue: false },
      config: { dirty: { action: 'fault', cycles: 50 } },
    });
    expect(access(0)).toBe(true);
    expect(access(0, STORE)).toBe(false);
    expect([mmu.counters.assists, mmu.fault?.code, leaf()]).toEqual([0, 15, 0x20057n]);
    // What the walk took, no assist: the STLB is not asked, three reads.
    expect(mmu.latency.total).toBe(300);
    // The load that comes next has no entry left and walks.
    expect(access(0)).toBe(true);
    expect(mmu.counters.count).toBe(3);
  });
});

describe('a machine that faults on clean pages but whose walker sets D', () => {
  it('drops the entry and walks: no assist is paid', () => {
    const { mmu, tlbs, access, leaf } = machine({ config: { dirty: { action: 'fault', cycles: 50 } } });
    access(0);
    expect(access(0, STORE)).toBe(true);
    expect([leaf(), mmu.counters.assists, mmu.latency.total]).toEqual([0x80067n, 1, 400 + 20]);
    expect([tlbs.dtlb.invalidations, tlbs.stlb!.invalidations]).toEqual([1, 1]);
  });
});

describe('a cached translation that does not allow the access', () => {
  it.each([
    ['rewalk', 2, 1],
    ['fault', 1, 0],
  ] as const)('ends in a fault after %s: %i walks in all, level %i', (permissionMiss, walks, level) => {
    const { mmu, access } = machine({ config: { permissionMiss } });
    expect(access(1)).toBe(true);
    expect(access(1, STORE)).toBe(false);
    // P = 1, W = 1, U = 1.
    expect(mmu.fault).toMatchObject({ vector: 14, code: 7, reason: 'not-writable', level, vpn: 1 });
    expect([mmu.counters.count, mmu.counters.assists]).toEqual([walks, 0]);
  });

  it('may be of the STLB: it is taken into the first level, and refused there', () => {
    const { mmu, tlbs, access } = machine({ config: { permissionMiss: 'fault' } });
    access(2, LOAD, SUPERVISOR);
    access(0);
    access(1);
    expect(access(2, LOAD, USER)).toBe(false);
    expect([mmu.fault?.reason, mmu.counters.count]).toEqual(['supervisor-page', 3]);
    expect(tlbs.dtlb.find(tlbs.keyOf(1, 0, 2))).toBeGreaterThanOrEqual(0);
  });
});

describe('the end of a warm-up', () => {
  it('sets every count to zero and keeps what is cached', () => {
    const { mmu, tlbs, access } = machine();
    access(0);
    access(0, STORE);
    access(9);
    mmu.queueWait(0);
    mmu.resetCounters();
    expect(Object.values(mmu.counters).every((count) => count === 0)).toBe(true);
    expect([...mmu.walksBySize, ...mmu.readsBy].every((count) => count === 0)).toBe(true);
    expect(tlbs.all.map(({ lookups, misses }) => lookups + misses)).toEqual([0, 0, 0]);
    access(0);
    expect([mmu.counters.count, tlbs.dtlb.misses]).toEqual([0, 0]);
    // A walk that arrives at time zero finds the walker free.
    access(8);
    expect(mmu.queueWait(0)).toBe(0);
  });
});

describe('a second use right after a fill', () => {
  it('changes no state, unless a TLB tells fills from hits', () => {
    expect([machine().mmu.fillCountsAsUse, machine({ firstLevel: 'srrip' }).mmu.fillCountsAsUse]).toEqual([
      true,
      false,
    ]);
  });
});
