import { describe, expect, it } from 'vitest';
import { A, Stage } from './stage.ts';

/**
 * Three last-level tables with 2, 1 and 3 pages; every unit of work is a cycle. To copy one table is to make it
 * (tableAllocate), to copy its entries (forkPte), and to give the parent's entry above it back (upperEntry).
 */
function forked(speed: number, protect: 'upper' | 'leaf' = 'upper') {
  const stage = new Stage({ forkTables: 'child-copies', protect, copier: { speed } });
  stage.map(0, 3 * 512);
  for (const page of [0, 1, 512, 1024, 1025, 1026]) stage.store(1, page, 7);
  stage.now = 1000;
  const fork = stage.pay(() => stage.kernel.fork(1, 2));
  const { counters } = stage;
  const done = () => [
    counters.tablesDeferred,
    counters.tablesCopied,
    counters.tablesSynced,
    counters.ptesCopied,
  ];
  /** The kernel is entered at a time. */
  const enterAt = (now: number) => {
    stage.now = now;
    return stage.pay(() => stage.kernel.msync(1, A, 0, false));
  };
  return { stage, fork, counters, done, enterAt };
}

describe('fork that leaves last-level tables to the child', () => {
  it('marks the entry above each, and copies nothing', () => {
    const { stage, fork, done } = forked(0);
    expect(fork).toEqual({ forkBase: 1, flushFull: 1, tableAllocate: 1, upperEntry: 3 });
    expect([done(), stage.sizes(2), stage.kernel.isUnready(2)]).toEqual([[3, 0, 0, 0], [0, 0], true]);
    expect(stage.broken).toEqual([]);
  });

  it('takes W from the leaves instead where it is told to', () => {
    expect(forked(0, 'leaf').fork).toMatchObject({ protectPte: 6, upperEntry: 3 });
    // Shared memory keeps its W: the child writes to the same pages.
    const stage = new Stage({ forkTables: 'child-copies', protect: 'leaf' }, {});
    const { kernel } = stage;
    const file = kernel.createFile('f', 'tmpfs', 4096);
    stage.map(0, 1, { shared: true, file: { file, page: 0 } });
    stage.map(1, 1);
    stage.store(1, 0);
    stage.store(1, 1);
    expect(stage.pay(() => kernel.fork(1, 2))).toMatchObject({ protectPte: 1 });
    expect([stage.store(1, 0), stage.broken]).toEqual([[], []]);
  });

  it('leaves what faults can rebuild to faults', () => {
    const stage = new Stage({ forkTables: 'child-copies', protect: 'upper' });
    stage.map(0, 64, { shared: true });
    stage.store(1, 0, 7);
    expect(stage.pay(() => stage.kernel.fork(1, 2))).toEqual({ forkBase: 1, flushFull: 1, tableAllocate: 1 });
    expect([stage.kernel.isUnready(2), stage.load(2, 0)]).toEqual([false, 7]);
  });

  it('is one job with two pieces for a table that two VMAs use', () => {
    const stage = new Stage({ forkTables: 'child-copies', protect: 'upper', copier: { speed: 0 } });
    stage.map(0, 100);
    stage.map(200, 100);
    stage.store(1, 0, 3);
    stage.store(1, 250, 4);
    expect(stage.pay(() => stage.kernel.fork(1, 2))).toMatchObject({ upperEntry: 1 });
    stage.kernel.schedule(2);
    expect([stage.load(2, 0), stage.load(2, 250), stage.counters.tablesSynced]).toEqual([3, 4, 1]);
  });
});

describe('the agent on another core', () => {
  it('copies table by table, in order, as far as its time goes; what it begins it finishes', () => {
    const { stage, done, enterAt } = forked(1);
    // No time has gone: nothing.
    enterAt(1000);
    expect(done()).toEqual([3, 0, 0, 0]);
    // One cycle is enough to begin the first table (2 upper tables and itself, 2 entries): 6 cycles, hidden.
    expect(enterAt(1001)).toEqual({ 'hidden.tableAllocate': 3, 'hidden.forkPte': 2, 'hidden.upperEntry': 1 });
    expect(done()).toEqual([3, 1, 0, 2]);
    // 6 - 1 = 5 cycles are owed for it: at 1006 they are paid, at 1007 the next one begins.
    enterAt(1006);
    expect(done()).toEqual([3, 1, 0, 2]);
    expect(enterAt(1007)).toEqual({ 'hidden.tableAllocate': 1, 'hidden.forkPte': 1, 'hidden.upperEntry': 1 });
    expect(done()).toEqual([3, 2, 0, 3]);
    enterAt(2000);
    expect([done(), stage.kernel.isUnready(2), stage.sizes(2)]).toEqual([[3, 3, 0, 6], false, [6, 5]]);
    expect(stage.broken).toEqual([]);
  });

  it('is as fast as it is told', () => {
    const half = forked(0.5);
    // Half a cycle of credit after 1, 5.5 owed after the first table: 11 more until they are paid.
    half.enterAt(1001);
    half.enterAt(1012);
    expect(half.done()).toEqual([3, 1, 0, 2]);
    half.enterAt(1013);
    expect(half.done()).toEqual([3, 2, 0, 3]);
    const none = forked(0);
    none.enterAt(10 ** 9);
    expect(none.done()).toEqual([3, 0, 0, 0]);
  });
});

describe('a parent that changes a table not copied yet', () => {
  const COW = { reuseCheck: 1, cowSetup: 1, allocate: 1, copy: 1, refcount: 2, pteWrite: 1, flushPage: 1 };

  it('copies that table for the child first, and no other', () => {
    const { stage, done } = forked(0);
    expect(stage.pay(() => stage.store(1, 1024, 9))).toEqual({
      ...COW,
      tableAllocate: 3,
      forkPte: 3,
      upperEntry: 1,
    });
    expect(done()).toEqual([3, 1, 1, 3]);
    expect([stage.sizes(2), stage.broken]).toEqual([[3, 3], []]);
    // Its other entries are write-protected, the table is not.
    expect([stage.store(1, 1024), stage.store(1, 1025)]).toEqual([[], ['cowCopy']]);
  });

  it('reads without any of that', () => {
    const { stage, done } = forked(0);
    expect([stage.touch(1, 0), done()]).toEqual([[], [3, 0, 0, 0]]);
  });

  it('does so for every table that a call changes', () => {
    const { stage, done } = forked(0);
    stage.kernel.mprotect(1, A + 511, 2, 'r');
    expect(done()).toEqual([3, 2, 2, 3]);
    stage.kernel.munmap(1, A + 1024, 512);
    expect([done(), stage.sizes(2), stage.broken]).toEqual([[3, 3, 3, 6], [6, 5], []]);
    stage.kernel.schedule(2);
    expect(stage.load(2, 1026)).toBe(7);
  });

  it('does so for MADV_POPULATE_WRITE too, where the leaf allows writes and the entry above does not', () => {
    const { stage, done } = forked(0);
    expect(stage.kernel.madvise(1, A, 1, 'populate_write')).toBeUndefined();
    expect([done(), stage.store(1, 0, 9), stage.broken]).toEqual([[3, 1, 1, 2], [], []]);
    stage.kernel.schedule(2);
    expect(stage.load(2, 0)).toBe(7);
  });

  it('waits for the agent that is just at that table, for what is left of it', () => {
    const { stage, done, enterAt } = forked(0.5);
    // 5.5 cycles of the agent are owed, of which 1.5 are paid 3 cycles later: 4 at half the speed are 8.
    enterAt(1001);
    stage.now = 1004;
    expect(stage.pay(() => stage.store(1, 0))).toEqual({ ...COW, wait: 8 });
    expect(done()).toEqual([3, 1, 0, 2]);
    // The agent has caught up: it is free for the next.
    enterAt(1005);
    expect(done()).toEqual([3, 2, 0, 3]);
  });

  it('waits for the last table too, although nothing is left to be begun', () => {
    const stage = new Stage({ forkTables: 'child-copies', protect: 'upper', copier: { speed: 1 } });
    stage.map(0, 512);
    for (const page of [0, 1]) stage.store(1, page, 7);
    stage.kernel.fork(1, 2);
    stage.now = 1;
    stage.kernel.msync(1, A, 0, false);
    // Made with two upper tables and two entries it took 6 cycles, of which one was there.
    expect(stage.pay(() => stage.store(1, 0))).toEqual({ ...COW, wait: 5 });
    expect(stage.pay(() => stage.store(1, 1))).toEqual(COW);
  });

  it('does not wait where the agent is at another one', () => {
    const { stage, enterAt } = forked(1);
    enterAt(1001);
    expect(stage.pay(() => stage.store(1, 512))).toEqual({
      ...COW,
      tableAllocate: 1,
      forkPte: 1,
      upperEntry: 1,
    });
  });

  it('copies all of them before it forks again', () => {
    const { stage, done } = forked(0);
    expect(stage.pay(() => stage.kernel.fork(1, 3))).toMatchObject({ forkPte: 6, upperEntry: 6 });
    expect([done(), stage.kernel.isUnready(2), stage.kernel.isUnready(3)]).toEqual([
      [6, 3, 3, 6],
      false,
      true,
    ]);
    expect(stage.broken).toEqual([]);
  });
});

describe('a child whose tables are not there yet', () => {
  it('copies what is left when it is scheduled', () => {
    const { stage, done, enterAt } = forked(1);
    enterAt(1001);
    const { kernel } = stage;
    // It waits for the 5 cycles that are owed, then copies two tables itself.
    expect(stage.pay(() => kernel.schedule(2))).toEqual({
      wait: 5,
      tableAllocate: 2,
      forkPte: 4,
      upperEntry: 2,
    });
    expect([done(), kernel.isUnready(2), stage.load(2, 1026)]).toEqual([[3, 3, 2, 6], false, 7]);
    expect(stage.pay(() => kernel.schedule(2))).toEqual({});
  });

  it('does so at its first fault', () => {
    const { stage } = forked(0);
    expect([stage.touch(2, 0), stage.load(2, 0), stage.kernel.isUnready(2)]).toEqual([['signal'], 7, false]);
  });

  it('needs none of them when it ends before it ran; the parent may write again', () => {
    const { stage, done } = forked(0);
    const exit = stage.pay(() => stage.kernel.exit(2));
    expect(exit).toEqual({ exitBase: 1, flushFull: 1, upperEntry: 3 });
    expect([done(), stage.store(1, 0), stage.store(1, 1025), stage.broken]).toEqual([
      [3, 0, 0, 0],
      [],
      [],
      [],
    ]);
  });

  it('has them all where its parent ends first', () => {
    const { stage, done } = forked(0);
    stage.kernel.exit(1);
    expect([done(), stage.kernel.isUnready(2)]).toEqual([[3, 3, 3, 6], false]);
    expect([stage.load(2, 0), stage.load(2, 1024), stage.broken]).toEqual([7, 7, []]);
  });

  it('is the concern of its own parent alone', () => {
    const { stage } = forked(0);
    stage.kernel.createProcess(9);
    stage.kernel.mmap(9, { vpn: A, pages: 8, prot: 'rw', shared: false });
    stage.store(9, 0);
    stage.kernel.exit(9);
    expect([stage.kernel.isUnready(2), stage.counters.tablesSynced]).toEqual([true, 0]);
  });
});
