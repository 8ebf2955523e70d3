import fc from 'fast-check';
import { modeNamed } from '../../src/mmu/mode/index.ts';
import { machineProblems } from '../../src/sim/machine/check.ts';
import type { Machine, SecondLevelTlb, SizeClass, Tlb } from '../../src/sim/machine/machine.ts';
import { sizesOf } from '../../src/sim/machine/sizes.ts';
import { REPLACEMENTS, type Replacement } from '../../src/tlb/replacement/index.ts';

const MOSTLY_FREE = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
const MODES = ['x86-64', 'x86-64', 'la57', 'sv32', 'sv39', 'sv48', 'sv57'] as const;

function replacementFor(ways: number): fc.Arbitrary<Replacement> {
  const powerOfTwo = Number.isInteger(Math.log2(ways));
  return fc.constantFrom(...REPLACEMENTS.filter((name) => powerOfTwo || name !== 'tree-plru'));
}

function arrayOf(sizes: SizeClass[]): fc.Arbitrary<Tlb['arrays'][number]> {
  const geometry = fc.record({
    sets: fc.constantFrom(1, 2, 3, 4, 8),
    ways: fc.constantFrom(1, 2, 3, 4, 8, 12, 16),
  });
  return geometry.chain(({ sets, ways }) =>
    replacementFor(ways).map((replacement) => ({
      sizes,
      sets,
      ways,
      index: sets === 3 ? 'modulo' : 'mask',
      replacement,
      seed: 5,
    })),
  );
}

/** One array for all sizes, one for each, or one that holds large pages in 4 KiB pieces. */
function tlb(sizes: readonly SizeClass[], latencies: number[]): fc.Arbitrary<Tlb> {
  const layouts: SizeClass[][][] = [
    [[...sizes]],
    sizes.map((size) => [size]),
    [['4K']],
    [[...sizes].reverse()],
  ];
  if (sizes.length > 1) layouts.push([sizes.slice(1)]);
  return fc.record({
    latency: fc.constantFrom(...latencies),
    arrays: fc.constantFrom(...layouts).chain((layout) => fc.tuple(...layout.map(arrayOf))),
    fillOnMiss: fc.integer({ min: 0, max: 15 }).map((n) => n > 0),
  });
}

function stlb(sizes: readonly SizeClass[]): fc.Arbitrary<SecondLevelTlb> {
  return fc.tuple(tlb(sizes, [0, 7]), fc.boolean()).map(([one, inclusive]) => ({ ...one, inclusive }));
}

function paging(mode: (typeof MODES)[number]): fc.Arbitrary<Machine['paging']> {
  if (mode === 'x86-64' || mode === 'la57') {
    return fc.boolean().map((pge) => ({
      family: 'x86',
      mode,
      pageSize: '4K',
      controls: {
        maxphyaddr: 46,
        nxe: true,
        wp: true,
        smep: false,
        smap: false,
        pge,
        pke: false,
        pks: false,
        pdpe1gb: true,
      },
    }));
  }
  return fc.record({ adue: fc.boolean(), svnapot: fc.boolean(), svpbmt: fc.boolean() }).map((extensions) => ({
    family: 'riscv',
    mode,
    pageSize: '4K',
    controls: { ...extensions, svnapot: extensions.svnapot && mode !== 'sv32', sum: false, mxr: false },
  }));
}

function caches(): fc.Arbitrary<Machine['caches']> {
  const one = fc.record({ sets: fc.constantFrom(1, 3, 4, 16), ways: fc.constantFrom(1, 2, 5) });
  return fc.tuple(fc.array(one, { maxLength: 3 }), fc.constantFrom(16, 64)).map(([levels, line]) =>
    levels.map(({ sets, ways }, i) => ({
      name: `C${i + 1}`,
      bytes: sets * ways * line,
      ways,
      line,
      latency: 2 + 5 * i,
    })),
  );
}

/** The nearest machine that the WebAssembly core knows all of (Sv32 apart, which it does not know at all). */
export function madeEligible(machine: Machine): Machine {
  const { tlb, caches, kernel } = machine;
  const known = <T extends Tlb>(one: T): T => ({
    ...one,
    latency: 0,
    fillOnMiss: true,
    arrays: one.arrays.map((array, i) => ({
      ...array,
      sizes: i === 0 && !one.arrays.some(({ sizes }) => sizes.includes('4K')) ? ['4K'] : array.sizes,
      sets: array.sets === 3 ? 4 : array.sets,
      ways: array.replacement === 'random' ? 18 : array.ways,
      index: 'mask',
      replacement: array.replacement === 'fifo' ? 'fifo' : 'lru',
    })),
  });
  return {
    ...machine,
    tlb: {
      ...tlb,
      itlb: known(tlb.itlb),
      dtlb: known(tlb.dtlb),
      storeTlb: tlb.storeTlb && known(tlb.storeTlb),
      stlb: tlb.stlb && { ...known(tlb.stlb), latency: tlb.stlb.latency },
    },
    caches: caches.map((cache) => ({ ...cache, line: 64, bytes: (cache.bytes / cache.line) * 64 })),
    kernel: { ...kernel, memoryBytes: 2 ** 36 },
  };
}

/** A small machine with any combination of what machines can be; always one that the checker accepts. */
export const arbitraryMachine: fc.Arbitrary<Machine> = fc.constantFrom(...MODES).chain((mode) => {
  const sizes = sizesOf(modeNamed(mode)).filter((size) => ['4K', '64K', '2M', '4M', '1G'].includes(size));
  const levels = modeNamed(mode).levels;
  const pscLevel = fc.option(fc.record({ sets: fc.constantFrom(1, 2, 3), ways: fc.constantFrom(1, 2, 4) }));
  return fc
    .record({
      paging: paging(mode),
      core: fc.record({
        frequencyGHz: fc.constant(1),
        issueWidth: fc.constantFrom(1, 2, 3),
        window: fc.constantFrom(1, 1, 2, 3, 8),
      }),
      tlb: fc.record({
        asids: fc.constant(4),
        itlb: tlb(sizes, MOSTLY_FREE),
        dtlb: tlb(sizes, MOSTLY_FREE),
        storeTlb: fc.option(tlb(sizes, [0]), { freq: 2 }),
        stlb: fc.option(stlb(sizes), { freq: 6 }),
      }),
      permissionMiss: fc.constantFrom('rewalk' as const, 'fault' as const),
      dirtyCycles: fc.constantFrom(0, 9),
      psc: fc.record({
        latency: fc.constantFrom(0, 1),
        levels: fc.array(pscLevel, { maxLength: levels - 1 }),
      }),
      walkers: fc.record({
        count: fc.constantFrom(1, 2),
        mshrs: fc.constantFrom(2, 3),
        adUpdate: fc.constantFrom(0, 4),
      }),
      caches: caches(),
      dataThroughCaches: fc.boolean(),
      pteThroughCaches: fc.boolean(),
      memoryBytes: fc.constantFrom(2 ** 36, 2 ** 45),
    })
    .map(({ dirtyCycles, psc, memoryBytes, ...rest }): Machine => {
      const faults = rest.paging.family === 'riscv' && !rest.paging.controls.adue;
      const pscLevels = psc.levels.flatMap((spec, i) => (spec ? [[String(i + 2), spec] as const] : []));
      return {
        name: 'arbitrary',
        description: '',
        ...rest,
        dirty: { action: faults ? 'fault' : 'assist', cycles: dirtyCycles },
        psc: { latency: psc.latency, levels: Object.fromEntries(pscLevels) },
        dram: { latency: 30 },
        pteLatency: 5,
        pageCrossing: 'both',
        kernel: { memoryBytes, faultCycles: 0, frameOrder: 'sequential', seed: 1 },
      };
    })
    .filter((machine) => [...machineProblems(machine)].every(({ path }) => /memoryBytes|arrays$/.test(path)));
});
