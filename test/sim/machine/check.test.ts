import { describe, expect, it } from 'vitest';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { inputErrorOf } from './temp-files.ts';

/** The message for a preset made impossible by settings. */
async function refusal(preset: string, ...settings: string[]) {
  const error = await inputErrorOf(() => loadMachine(preset, settings));
  expect(error.place).toContain('--set');
  expect(error.remedy).toBeDefined();
  return error.message;
}

describe('an impossible machine is refused', () => {
  it.each([
    ['0 ways', 'tlb.dtlb.ways=0', 'tlb.dtlb.4K.ways: a TLB array of 0 ways holds nothing'],
    ['0 sets', 'tlb.dtlb.sets=0', 'tlb.dtlb.4K.sets: a TLB array of 0 sets holds nothing'],
    ['3 sets under a mask index', 'tlb.stlb.sets=3', '3 sets cannot be picked by low address bits'],
    ['entries that do not divide', 'tlb.dtlb.entries=63', '63 entries do not divide into 4 ways'],
    ['more entries than any TLB', 'tlb.stlb.sets=1048576', 'the limit is 1048576'],
    ['tree-PLRU over 12 ways', 'tlb.stlb.replacement=tree-plru', 'tree-plru needs a power of two of ways'],
    ['a size the mode lacks', 'tlb.dtlb.4K.sizes=[4K, 4M]', 'x86-64 has no 4M pages'],
    ['a size in two arrays', 'tlb.dtlb.4K.sizes=[4K, 2M]', '2M translations have two homes'],
    ['no walkers', 'walkers.count=0', 'with 0 walkers no TLB miss ever ends'],
    ['fewer MSHRs than walkers', 'walkers.mshrs=1', '2 walkers can never be busy with 1 outstanding misses'],
    ['a walk cache of 0 ways', 'psc.levels.2.ways=0', 'a paging-structure cache of 0 entries'],
    ['a cache of no whole sets', 'caches.L1D.bytes=1000', '1000 bytes are no whole number of sets'],
    ['a cache of 0 ways', 'caches.L1D.ways=0', 'L1D: 0 ways hold nothing'],
    ['an odd line', 'caches.L1D.line=48', 'a line of 48 bytes'],
    ['lines of two sizes', 'caches.L2.line=128', 'L2 has lines of 128 bytes, L1D of 64'],
    [
      'a cache faster than a nearer one',
      'caches.L2.latency=3',
      'L2 answers in 3 cycles, a nearer level in 4',
    ],
    ['memory faster than a cache', 'dram.latency=10', 'memory answers in 10 cycles, a cache in 44'],
    ['a huge cache', 'caches.L3.bytes=4T', 'are more than 16777216 lines'],
    ['two caches of one name', 'caches.L2.name=L1D', 'two caches are called L1D'],
    ['hardware D bits that fault on x86', 'dirty.action=fault', 'x86 hardware sets D itself'],
    ['memory beyond the address bits', 'kernel.memoryBytes=1T', 'do not fit 39-bit physical addresses'],
    ['memory of half a page', 'kernel.memoryBytes=100000', '100000 bytes of physical memory'],
    ['1G pages switched off', 'paging.pageSize=1G', 'switched off by paging.controls.pdpe1gb'],
    ['a page size the mode lacks', 'paging.pageSize=64K', 'x86-64 has no 64K pages'],
  ])('%s', async (_what, setting, message) => {
    const settings =
      setting === 'paging.pageSize=1G' ? ['paging.controls.pdpe1gb=false', setting] : [setting];
    expect(await refusal('skylake', ...settings)).toContain(message);
  });

  it('a walk cache for a level that the paging mode has not', async () => {
    const message = await refusal('sv39-inorder', 'psc.levels.4.sets=1', 'psc.levels.4.ways=4');
    expect(message).toContain('sv39 has 3 levels, so no entry of level 4 can be cached');
  });

  it('Svade whose stores do not fault, and Svadu whose stores do', async () => {
    expect(await refusal('sv39-inorder', 'dirty.action=rewalk')).toContain('paging.controls.adue is false');
    expect(await refusal('sv39-inorder', 'paging.controls.adue=true')).toContain(
      'paging.controls.adue is true',
    );
  });

  it('64K pages without Svnapot', async () => {
    expect(await refusal('sv39-inorder', 'paging.pageSize=64K')).toContain('need Svnapot');
  });

  it('a TLB that no page of the kernel fits into', async () => {
    expect(await refusal('champsim', 'tlb.dtlb.sizes=[2M]')).toContain('nothing can be cached here');
  });

  it('with every reason, not only the first', async () => {
    const message = await refusal('skylake', 'tlb.dtlb.ways=0', 'walkers.count=0');
    expect(message).toContain('tlb.dtlb.4K.ways');
    expect(message).toContain('also walkers.count');
  });
});
