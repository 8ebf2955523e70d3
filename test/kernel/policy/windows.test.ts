import { describe, expect, it } from 'vitest';
import { LINUX_6_18 } from '../../../src/kernel/policy/policy.ts';
import { A, COW, forkedAfter, from, Stage } from './stage.ts';

/** `times` the units of a bill. */
const times = (count: number, units: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(units).map(([part, one]) => [part, one * count]));

describe('a window of pages that are settled in one fault', () => {
  it('is aligned and copies what is shared in it, each at the price of its own fault', () => {
    const stage = forkedAfter({ around: 16 }, from(0, 48));
    expect(stage.pay(() => stage.store(2, 20))).toEqual(times(16, COW));
    // Pages 16 to 31, and nothing beside them.
    expect([stage.counters.settledAround, stage.counters.bytesCopied]).toEqual([15, 16 * 4096]);
    const faults = from(0, 48).filter((page) => stage.store(2, page).length > 0);
    expect(faults).toEqual([0, 32]);
    expect([stage.counters.settledAround, stage.broken]).toEqual([45, []]);
    // The pages that the child never stored to hold what they held, and are old.
    expect([stage.load(2, 31), stage.load(1, 20)]).toEqual([1, 21]);
  });

  it('settles after a reuse as well', () => {
    const stage = forkedAfter({ around: 16 }, from(0, 16));
    stage.kernel.exit(2);
    expect(stage.pay(() => stage.store(1, 3))).toEqual(times(16, { reuseCheck: 1, pteWrite: 1 }));
    expect([stage.store(1, 15), stage.counters.settledAround]).toEqual([[], 15]);
  });

  it('passes over absent pages, the zero page, pages of files and what is writable already', () => {
    const stage = forkedAfter({ around: 16 }, [1, 2, 9]);
    stage.touch(2, 5);
    stage.store(2, 12);
    expect(stage.pay(() => stage.store(2, 1))).toEqual(times(3, COW));
    expect([stage.counters.settledAround, stage.touch(2, 7)]).toEqual([2, ['zeroPage']]);
    const { kernel } = stage;
    const file = kernel.createFile('f', 'ext4', 16 * 4096);
    kernel.fillFile(file, () => 0);
    stage.map(1024, 16, { file: { file, page: 0 } });
    for (const page of [1024, 1025]) stage.store(1, page);
    stage.touch(1, 1030);
    kernel.fork(1, 3);
    expect(stage.pay(() => stage.store(3, 1024))).toEqual(times(2, COW));
    expect(stage.broken).toEqual([]);
  });

  it('passes over pages that the VMA does not allow to be touched', () => {
    const stage = forkedAfter({ around: 16 }, from(0, 16));
    stage.kernel.mprotect(2, A + 8, 4, 'none');
    // The VMA ends at page 8.
    expect(stage.pay(() => stage.store(2, 4))).toEqual(times(8, COW));
    expect([stage.store(2, 12), stage.counters.settledAround]).toEqual([['cowCopy'], 7 + 3]);
  });

  it('ends at the edges of the VMA', () => {
    const stage = new Stage({ around: 16 });
    stage.map(4, 8);
    stage.map(0, 4, { noreserve: true });
    stage.map(12, 4, { noreserve: true });
    for (const page of from(0, 16)) stage.store(1, page);
    stage.kernel.fork(1, 2);
    expect(stage.pay(() => stage.store(2, 8))).toEqual(times(8, COW));
    expect(from(0, 16).map((page) => stage.store(2, page).length)).toEqual([
      1,
      0,
      0,
      0,
      ...from(0, 8).map(() => 0),
      1,
      0,
      0,
      0,
    ]);
  });

  it('leaves those pages old, which nobody has touched', () => {
    const stage = forkedAfter({ around: 4 }, from(0, 4), { swapBytes: 2 ** 20 });
    stage.store(2, 0);
    const { state } = stage.kernel;
    const { mm } = stage.kernel.process(2);
    const young = from(0, 4).map((page) => state.tables.lo(state.tables.find(mm.root, A + page, 1)!) & 0x20);
    expect(young).toEqual([0x20, 0, 0, 0]);
  });

  it('is one page under Linux', () => {
    const stage = forkedAfter({}, from(0, 16));
    expect([stage.pay(() => stage.store(2, 3)), stage.counters.settledAround]).toEqual([COW, 0]);
  });
});

describe('a block of pages that is copied as one', () => {
  const block = (pages: number) => ({ granule: { ...LINUX_6_18.granule, pages } });

  it('pays allocation and set-up once, and for each page its copy, counts, entry and flush', () => {
    const stage = forkedAfter(block(4), from(0, 8));
    const each = { copy: 1, refcount: 2, pteWrite: 1, flushPage: 1 };
    expect(stage.pay(() => stage.store(2, 6))).toEqual({
      reuseCheck: 1,
      cowSetup: 1,
      allocate: 1,
      ...times(4, each),
    });
    expect([stage.store(2, 4), stage.store(2, 3), stage.counters.settledAround]).toEqual([
      [],
      ['cowCopy'],
      6,
    ]);
    expect([stage.load(2, 5), stage.load(1, 6), stage.broken]).toEqual([6, 7, []]);
  });

  it('reuses in it what is nobody else’s', () => {
    const stage = forkedAfter(block(4), from(0, 4));
    // The child has its own pages 0 to 3 and leaves page 1: the parent's page 1 is shared by nobody.
    stage.kernel.munmap(2, A + 1, 1);
    expect(stage.pay(() => stage.store(1, 2))).toEqual({
      reuseCheck: 2,
      cowSetup: 1,
      allocate: 1,
      copy: 3,
      refcount: 6,
      pteWrite: 4,
      flushPage: 3,
    });
    expect([stage.store(1, 1), stage.broken]).toEqual([[], []]);
  });
});
