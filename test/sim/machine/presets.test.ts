import { describe, expect, it } from 'vitest';
import { explainMachine } from '../../../src/sim/machine/explain.ts';
import { presetNames } from '../../../src/sim/machine/preset-files.ts';
import { readMachine } from '../../../src/sim/machine/read.ts';
import { CONFIDENCES } from '../../../src/sim/machine/tree.ts';
import { validateTree } from '../../../src/sim/machine/validate.ts';

describe.each(presetNames())('preset %s', (name) => {
  it('keeps to the schema and describes a machine that can be built', async () => {
    const { machine, tree } = await readMachine(name);
    expect(() => validateTree(tree)).not.toThrow();
    expect(machine.name).toBe(name);
    expect(machine.description).not.toBe('');
  });

  it('says of every constant where it comes from and how far that can be trusted', async () => {
    const { machine, tree } = await readMachine(name);
    const unfounded = explainMachine(machine, tree).filter(
      ({ source, confidence }) => source === '' || !CONFIDENCES.some((word) => word === confidence),
    );
    expect(unfounded).toEqual([]);
  });
});

describe('presets hold what their sources say', () => {
  it('ChampSim: champsim_config.json and inc/defaults.hpp', async () => {
    const { machine } = await readMachine('champsim');
    const geometry = ({ arrays }: { arrays: readonly { sets: number; ways: number }[] }) =>
      arrays.map(({ sets, ways }) => [sets, ways]);
    expect(machine.paging.mode).toBe('la57');
    expect(geometry(machine.tlb.itlb)).toEqual([[16, 4]]);
    expect(geometry(machine.tlb.dtlb)).toEqual([[16, 4]]);
    expect(geometry(machine.tlb.stlb!)).toEqual([[128, 12]]);
    expect(machine.tlb.stlb!.latency).toBe(8);
    expect(machine.psc.levels).toEqual({
      '2': { sets: 4, ways: 8 },
      '3': { sets: 2, ways: 4 },
      '4': { sets: 1, ways: 4 },
      '5': { sets: 1, ways: 2 },
    });
    expect(machine.kernel.faultCycles).toBe(200);
    // 64 sets x 12 ways, 1024 x 8 and 2048 x 16 lines of 64 bytes; latencies 5, 5+10, 5+10+20.
    expect(machine.caches.map(({ bytes, ways, latency }) => [bytes / 64 / ways, ways, latency])).toEqual([
      [64, 12, 5],
      [1024, 8, 15],
      [2048, 16, 35],
    ]);
  });

  it('Golden Cove: 96-entry 6-way DTLB, 16-entry store TLB, 256-entry 8-way ITLB, +7 cycles, 4 walkers', async () => {
    const { machine } = await readMachine('golden-cove');
    const { itlb, dtlb, storeTlb, stlb } = machine.tlb;
    expect(dtlb.arrays[0]).toMatchObject({ sizes: ['4K'], sets: 16, ways: 6 });
    expect(storeTlb!.arrays).toMatchObject([{ sizes: ['4K', '2M', '1G'], sets: 1, ways: 16 }]);
    expect(itlb.arrays[0]).toMatchObject({ sets: 32, ways: 8 });
    expect(stlb!.latency).toBe(7);
    expect(machine.walkers.count).toBe(4);
  });

  it('Zen 5: 96 fully associative entries, then 4096 16-way at +7 cycles', async () => {
    const { machine } = await readMachine('zen5');
    expect(machine.tlb.dtlb.arrays).toMatchObject([{ sets: 1, ways: 96 }]);
    expect(machine.tlb.stlb).toMatchObject({ latency: 7, arrays: [{ sets: 256, ways: 16 }] });
  });

  it('U74: Sv39, 40 fully associative entries a side, no ASIDs, a page fault for a clear A or D', async () => {
    const { machine } = await readMachine('sv39-inorder');
    expect(machine.paging).toMatchObject({ mode: 'sv39', controls: { adue: false } });
    expect(machine.tlb.itlb.arrays).toMatchObject([{ sets: 1, ways: 40 }]);
    expect(machine.tlb.dtlb.arrays).toMatchObject([{ sets: 1, ways: 40 }]);
    expect(machine.tlb.asids).toBe(0);
    expect(machine.dirty.action).toBe('fault');
  });
});
