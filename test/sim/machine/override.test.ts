import { describe, expect, it } from 'vitest';
import { explainMachine } from '../../../src/sim/machine/explain.ts';
import { readMachine } from '../../../src/sim/machine/read.ts';
import { inputErrorOf } from './temp-files.ts';

const changed = async (preset: string, ...settings: string[]) =>
  (await readMachine(preset, settings)).machine;

describe('--set', () => {
  it('changes one constant and leaves every other as it was', async () => {
    const before = await readMachine('skylake');
    const after = await readMachine('skylake', ['walkers.count=3']);
    const differing = explainMachine(after.machine, after.tree).filter(
      (one, i) =>
        one.value !== explainMachine(before.machine, before.tree)[i]!.value && !Array.isArray(one.value),
    );
    expect(differing).toEqual([
      { key: 'walkers.count', value: 3, source: '--set walkers.count=3', confidence: 'set' },
    ]);
  });

  it('reaches every constant that --explain lists, by the key it lists', async () => {
    for (const preset of ['skylake', 'sv39-inorder', 'golden-cove']) {
      const { machine, tree } = await readMachine(preset);
      const constants = explainMachine(machine, tree);
      const settings = constants
        .filter(({ value }) => value !== null)
        .map(({ key, value }) => `${key}=${Array.isArray(value) ? `[${value}]` : value}`);
      expect((await readMachine(preset, settings)).machine).toEqual(machine);
    }
  });

  it('names a TLB array by a page size it holds, and takes 4K when none is named', async () => {
    const machine = await changed(
      'skylake',
      'tlb.stlb.ways=8',
      'tlb.dtlb.2M.ways=2',
      'tlb.dtlb.arrays.2.entries=8',
    );
    expect(machine.tlb.stlb!.arrays.map(({ ways }) => ways)).toEqual([8, 4]);
    expect(machine.tlb.dtlb.arrays.map(({ sets, ways }) => [sets, ways])).toEqual([
      [16, 4],
      [8, 2],
      [1, 8],
    ]);
  });

  it('keeps geometry consistent: entries keep the ways, ways keep the sets, fullyAssociative keeps the entries', async () => {
    const dtlb = async (...settings: string[]) => {
      const [array] = (await changed('tlb-64e4w-1536e12w', ...settings)).tlb.dtlb.arrays;
      return [array!.sets, array!.ways];
    };
    expect(await dtlb()).toEqual([16, 4]);
    expect(await dtlb('tlb.dtlb.entries=128')).toEqual([32, 4]);
    expect(await dtlb('tlb.dtlb.ways=8')).toEqual([16, 8]);
    expect(await dtlb('tlb.dtlb.sets=8')).toEqual([8, 4]);
    expect(await dtlb('tlb.dtlb.entries=64', 'tlb.dtlb.ways=8')).toEqual([8, 8]);
    expect(await dtlb('tlb.dtlb.fullyAssociative=true')).toEqual([1, 64]);
    expect(await dtlb('tlb.dtlb.fullyAssociative=true', 'tlb.dtlb.ways=16')).toEqual([4, 16]);
    expect(await dtlb('tlb.dtlb.fullyAssociative=true', 'tlb.dtlb.sets=32')).toEqual([32, 2]);
    expect(await dtlb('tlb.dtlb.fullyAssociative=true', 'tlb.dtlb.entries=48')).toEqual([1, 48]);
  });

  it('makes the geometries that other simulators are compared on', async () => {
    const geometry = async (...settings: string[]) => {
      const { itlb, dtlb, stlb } = (await changed('tlb-64e4w-1536e12w', ...settings)).tlb;
      return [itlb, dtlb, stlb].map((tlb) => tlb && [tlb.arrays[0]!.sets, tlb.arrays[0]!.ways]);
    };
    const full = ['tlb.itlb.fullyAssociative=true', 'tlb.dtlb.fullyAssociative=true'];
    expect(await geometry('tlb.stlb=none')).toEqual([[16, 4], [16, 4], null]);
    expect(await geometry('tlb.stlb=none', ...full)).toEqual([[1, 64], [1, 64], null]);
    expect(await geometry('tlb.stlb.ways=8')).toEqual([
      [16, 4],
      [16, 4],
      [128, 8],
    ]);
    const huge = ['paging.pageSize=2M', 'tlb.itlb.entries=32', 'tlb.dtlb.entries=32', 'tlb.stlb=none'];
    expect(await geometry(...huge)).toEqual([[8, 4], [8, 4], null]);
    const machine = await changed('tlb-64e4w-1536e12w', 'pageCrossing=first', 'tlb.dtlb.replacement=fifo');
    expect(machine.pageCrossing).toBe('first');
    expect(machine.tlb.dtlb.arrays[0]!.replacement).toBe('fifo');
  });

  it('adds and removes whole parts', async () => {
    const machine = await changed(
      'skylake',
      'tlb.storeTlb={arrays: [{sizes: [4K, 2M, 1G], entries: 16, fullyAssociative: true}]}',
      'psc.levels.4=none',
      'caches=[]',
    );
    expect(machine.tlb.storeTlb!.arrays).toMatchObject([{ sets: 1, ways: 16 }]);
    expect(Object.keys(machine.psc.levels)).toEqual(['2', '3']);
    expect(machine.caches).toEqual([]);
  });

  it('of the paging mode leaves the other architecture’s control bits behind', async () => {
    const machine = await changed('skylake', 'paging.mode=sv48', 'dirty.action=fault');
    expect(machine.paging).toMatchObject({ family: 'riscv', mode: 'sv48', controls: { adue: false } });
  });

  it.each([
    ['tlb.stlb.way=8', "did you mean 'tlb.stlb.ways'?"],
    ['stlb.ways=8', "did you mean 'tlb.stlb.ways'?"],
    ['core.issuewidth=2', "did you mean 'core.issueWidth'?"],
    ['tlb.dtlb.2M.way=8', "did you mean 'tlb.dtlb.2M.ways'?"],
    ['caches.L1D.byte=32K', "did you mean 'caches.L1D.bytes'?"],
    ['paging.controls.wpp=true', "did you mean 'paging.controls.wp'?"],
    ['mshrs=3', "did you mean 'walkers.mshrs'?"],
  ])('%s: no such key, the nearest is named', async (setting, remedy) => {
    const error = await inputErrorOf(() => readMachine('skylake', [setting]));
    expect(error).toMatchObject({ place: `--set ${setting}`, remedy });
  });

  it.each([
    ['tlb.stlb.ways', 'not of the form key=value'],
    ['=8', 'not of the form key=value'],
    ['tlb.stlb.ways=', 'tlb.stlb.4K.ways is null'],
    ['tlb.stlb.ways=eight', 'tlb.stlb.4K.ways is "eight": expected number'],
    ['tlb.stlb.ways=-1', 'tlb.stlb.4K.ways is -1'],
    ['tlb.stlb.ways=1.5', 'tlb.stlb.4K.ways is 1.5'],
    ['tlb.stlb.ways=1e99', 'tlb.stlb.4K.ways is 1e+99'],
    ['tlb.stlb.latency=-3', 'tlb.stlb.latency is -3'],
    ['tlb.stlb.replacement=mru', "expected one of 'lru', "],
    ['kernel.memoryBytes=12Q', 'expected bytes, such as'],
    ['tlb.stlb.ways=[1', 'is not a value'],
    ['tlb.storeTlb.ways=4', 'the machine has none'],
    ['zzzzzzzzzzzzzzz=1', 'the machine has no key'],
  ])('%s is refused and explained', async (setting, message) => {
    const error = await inputErrorOf(() => readMachine('skylake', [setting]));
    expect(error.message).toContain(message);
    expect(error.place).toBe(`--set ${setting}`);
    expect(error.remedy).toBeDefined();
  });
});
