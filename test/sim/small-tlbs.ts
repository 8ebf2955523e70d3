import fc from 'fast-check';
import { type AccessType, FETCH, LOAD, STORE } from '../../src/core/access.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import type { Machine, Tlb } from '../../src/sim/machine/machine.ts';

export interface Access {
  readonly page: number;
  readonly offset: number;
  readonly type: AccessType;
}

const tiny = (await loadMachine('lab-tiny')).machine;

/** A TLB for 4 KiB pages: of one to eight sets, filled by a trace many times over; 18 ways are kept in rings. */
const tlb = fc
  .record({
    sets: fc.constantFrom(1, 2, 4, 8),
    ways: fc.constantFrom(1, 2, 3, 4, 6, 18),
    replacement: fc.constantFrom('lru' as const, 'lru' as const, 'fifo' as const),
  })
  .map((geometry): Tlb => {
    const array = { sizes: ['4K' as const], index: 'mask' as const, seed: 1, ...geometry };
    return { latency: 0, fillOnMiss: true, arrays: [array] };
  });

/** Machines whose TLBs and caches overflow all the time, all of which the WebAssembly core knows. */
export const smallMachine: fc.Arbitrary<Machine> = fc
  .record({
    itlb: tlb,
    dtlb: tlb,
    storeTlb: fc.option(tlb, { freq: 1 }),
    stlb: fc.option(fc.tuple(tlb, fc.boolean())),
    lines: fc.constantFrom(0, 2, 3, 4, 8),
    window: fc.constantFrom(1, 8),
    dirty: fc.constantFrom('assist' as const, 'rewalk' as const, 'fault' as const),
    dataThroughCaches: fc.boolean(),
  })
  .map(({ itlb, dtlb, storeTlb, stlb, lines, window, dirty, dataThroughCaches }) => ({
    ...tiny,
    tlb: {
      asids: 0,
      itlb,
      dtlb,
      storeTlb,
      stlb: stlb && { ...stlb[0], latency: 5, inclusive: stlb[1] },
    },
    core: { ...tiny.core, window },
    dirty: { action: dirty, cycles: 20 },
    caches: [
      { name: 'L1D', bytes: 4 * lines * 64, ways: lines, line: 64, latency: 2 },
      { name: 'L2', bytes: 8 * 4 * 64, ways: 4, line: 64, latency: 7 },
    ].slice(0, lines),
    dataThroughCaches,
  }));

/** As those, with so few entries for loads and stores together that the order of use is felt at once. */
export const tightMachine: fc.Arbitrary<Machine> = fc
  .tuple(smallMachine, fc.constantFrom(2, 3, 4))
  .map(([machine, ways]) => {
    const arrays = machine.tlb.dtlb.arrays.map((array) => ({ ...array, sets: 1, ways }));
    const tlb = { ...machine.tlb, dtlb: { ...machine.tlb.dtlb, arrays }, storeTlb: null };
    return { ...machine, tlb, dataThroughCaches: false };
  });

/** Now these few pages, now those: each a few times in turn, so that hits come in every place of the order of use. */
export const phasedAccesses: fc.Arbitrary<Access[]> = fc
  .array(
    fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }).chain((pages) =>
      fc.array(
        fc.record({
          page: fc.constantFrom(...pages),
          offset: fc.constantFrom(0, 8, 64, 4032),
          type: fc.constantFrom<AccessType>(FETCH, LOAD, LOAD, STORE),
        }),
        { minLength: 1, maxLength: 30, size: 'max' },
      ),
    ),
    { minLength: 20, maxLength: 60, size: 'max' },
  )
  .map((phases) => phases.flat());
