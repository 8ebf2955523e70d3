import { describe, expect, it } from 'vitest';
import { A, Stage } from './stage.ts';

describe('fork that copies every private page at once', () => {
  it('gives the child pages of its own, writable, and leaves the parent its rights', () => {
    const stage = new Stage({ forkTables: 'copy-pages', protect: 'none' });
    stage.map(0, 64);
    for (const page of [0, 1, 5]) stage.store(1, page, 7);
    expect(stage.pay(() => stage.kernel.fork(1, 2))).toEqual({
      forkBase: 1,
      flushFull: 1,
      tableAllocate: 4,
      forkPte: 3,
      allocate: 3,
      copy: 3,
      refcount: 3,
    });
    expect([stage.store(1, 0), stage.store(2, 0, 9), stage.store(2, 5)]).toEqual([[], [], []]);
    expect([stage.load(1, 0), stage.load(2, 1), stage.counters.ptesCopied, stage.broken]).toEqual([
      1,
      7,
      3,
      [],
    ]);
    // What reverse mapping knows of them is right: each is swapped out where it is mapped, alone.
    expect(stage.sizes(2)).toEqual([3, 3]);
  });

  it('can find each of them again: reclaim takes the child’s own', () => {
    const stage = new Stage({ forkTables: 'copy-pages' }, { swapBytes: 2 ** 20 });
    stage.map(0, 64);
    for (const page of [10, 11]) stage.store(1, page, page);
    stage.kernel.fork(1, 2);
    stage.kernel.madvise(2, A + 10, 2, 'pageout');
    expect(stage.kernel.state.swap.used).toBe(2);
    expect([stage.touch(1, 10), stage.touch(1, 11), stage.touch(2, 10), stage.touch(2, 11)]).toEqual([
      [],
      [],
      ['swap'],
      ['swap'],
    ]);
    expect([stage.load(2, 10), stage.load(2, 11), stage.broken]).toEqual([10, 11, []]);
  });

  it('shares what cannot be written in place: the zero page, pages of files, what is shared already or on swap', () => {
    const stage = new Stage({ forkTables: 'copy-pages' }, { swapBytes: 2 ** 20 });
    const { kernel } = stage;
    const file = kernel.createFile('f', 'ext4', 16 * 4096);
    kernel.fillFile(file, () => 0);
    stage.map(0, 16, { file: { file, page: 0 } });
    stage.map(16, 16);
    stage.store(1, 0, 7);
    stage.touch(1, 1);
    stage.store(1, 16, 7);
    stage.store(1, 17, 7);
    stage.touch(1, 18);
    kernel.madvise(1, A + 17, 1, 'pageout');
    // Of the file: 1 copy and 15 pages around page 1; of the others one page, one on swap, the zero page.
    expect(stage.pay(() => kernel.fork(1, 2))).toEqual({
      forkBase: 1,
      flushFull: 1,
      tableAllocate: 4,
      forkPte: 19,
      allocate: 2,
      copy: 2,
      refcount: 2,
    });
    expect([stage.load(2, 17), stage.load(2, 0), stage.load(2, 18), stage.broken]).toEqual([7, 7, 0, []]);
  });

  it('shares swap entries whatever their slots are called, and leaves shared memory to faults', () => {
    const stage = new Stage({ forkTables: 'copy-pages' }, { swapBytes: 2 ** 20 });
    stage.map(0, 64);
    for (let page = 0; page < 60; page++) stage.store(1, page, page + 1);
    stage.kernel.madvise(1, A, 40, 'pageout');
    stage.map(100, 8, { shared: true });
    stage.store(1, 100, 9);
    expect(stage.pay(() => stage.kernel.fork(1, 2))).toMatchObject({ forkPte: 60, allocate: 20, copy: 20 });
    const seen = Array.from({ length: 60 }, (_, page) => stage.load(2, page));
    expect([seen, stage.load(2, 100), stage.broken]).toEqual([seen.map((_, page) => page + 1), 9, []]);
  });

  it('does not give rights that the VMA does not have', () => {
    const stage = new Stage({ forkTables: 'copy-pages' });
    stage.map(0, 8);
    stage.store(1, 0, 7);
    stage.kernel.mprotect(1, A, 8, 'r');
    stage.kernel.fork(1, 2);
    expect([stage.store(2, 0), stage.load(2, 0), stage.broken]).toEqual([['signal'], 7, []]);
  });

  const huge = (memoryBytes: number) => {
    const stage = new Stage({ forkTables: 'copy-pages' }, { memoryBytes });
    stage.map(0, 512);
    stage.kernel.madvise(1, A, 512, 'hugepage');
    stage.store(1, 3, 7);
    return { stage, fork: stage.pay(() => stage.kernel.fork(1, 2)) };
  };

  it('copies a huge page whole', () => {
    const { stage, fork } = huge(2 ** 26);
    expect(fork).toEqual({
      forkBase: 1,
      flushFull: 1,
      tableAllocate: 4,
      forkHuge: 1,
      hugeAllocate: 1,
      hugeCopy: 1,
    });
    expect([stage.counters.hugePtesCopied, stage.counters.bytesCopied]).toEqual([1, 2 ** 21]);
    expect([stage.store(2, 3, 9), stage.store(1, 4), stage.load(1, 3), stage.broken]).toEqual([
      [],
      [],
      7,
      [],
    ]);
  });

  it('shares it where there is no memory in one piece', () => {
    const { stage, fork } = huge(2 ** 22);
    expect(fork).toEqual({ forkBase: 1, flushFull: 1, tableAllocate: 4, forkHuge: 1 });
    expect([stage.load(2, 3), stage.broken]).toEqual([7, []]);
  });
});
