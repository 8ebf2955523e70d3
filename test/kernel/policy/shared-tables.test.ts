import { describe, expect, it } from 'vitest';
import type { LeafSharing, Policy } from '../../../src/kernel/policy/policy.ts';
import { A, COW, Stage } from './stage.ts';

const SHARING: LeafSharing = { tables: 'one-vma', vmas: 'needed', accounting: 'deferred', fillShared: false };

/** Four tables of 512 pages: the first three are one VMA's whole, the last is at its edge. Written: 5 pages. */
function forked(sharing: Partial<LeafSharing> = {}, more: Partial<Policy> = {}) {
  const stage = new Stage({
    forkTables: 'share-leaf',
    protect: 'upper',
    sharing: { ...SHARING, ...sharing },
    ...more,
  });
  stage.map(0, 3 * 512 + 10);
  for (const page of [0, 1, 512, 1024, 1536]) stage.store(1, page, 7);
  const fork = stage.pay(() => stage.kernel.fork(1, 2));
  return { stage, fork, counters: stage.counters };
}

describe('fork under shared last-level tables', () => {
  // The child's root, one table of level 3 and one of level 2 are its own; a table at an edge is copied with its entry.
  const upper = { forkBase: 1, flushFull: 1 };

  it('adds a reference for each table within one VMA and copies those at its edges', () => {
    const { stage, fork, counters } = forked();
    expect(fork).toEqual({ ...upper, tableAllocate: 4, tableShare: 3, forkPte: 1 });
    expect([counters.tablesShared, counters.tablesCopied, counters.ptesCopied]).toEqual([3, 1, 1]);
    expect([stage.sizes(1), stage.sizes(2)]).toEqual([
      [5, 6],
      [1, 3],
    ]);
    expect(stage.broken).toEqual([]);
  });

  it('shares tables at edges too where it may, and counts every sharer’s pages where it does so at once', () => {
    const { stage, fork } = forked({ tables: 'any', accounting: 'eager' });
    expect(fork).toEqual({ ...upper, tableAllocate: 3, tableShare: 4, accountPte: 5 });
    expect([stage.sizes(1), stage.sizes(2)]).toEqual([
      [5, 6],
      [5, 6],
    ]);
    expect(stage.broken).toEqual([]);
  });

  it('takes W from every leaf of a shared table where the entry above it has no say', () => {
    const { stage, fork } = forked({}, { protect: 'leaf' });
    expect(fork).toEqual({ ...upper, tableAllocate: 4, tableShare: 3, forkPte: 1, protectPte: 4 });
    // A second fork finds the tables shared and protected already, and its own copy of the edge.
    expect(stage.pay(() => stage.kernel.fork(1, 3))).toEqual({
      ...upper,
      tableAllocate: 4,
      tableShare: 3,
      forkPte: 1,
    });
    expect(stage.broken).toEqual([]);
  });

  it('shares no table of which a part is not inherited', () => {
    const stage = new Stage({
      forkTables: 'share-leaf',
      protect: 'upper',
      sharing: { ...SHARING, tables: 'any' },
    });
    stage.map(0, 512);
    for (const page of [0, 100, 300]) stage.store(1, page);
    stage.kernel.madvise(1, A + 200, 10, 'dontfork');
    expect(stage.pay(() => stage.kernel.fork(1, 2))).toMatchObject({ forkPte: 3, tableAllocate: 4 });
    stage.kernel.madvise(1, A + 200, 10, 'dofork');
    stage.kernel.madvise(1, A + 200, 10, 'wipeonfork');
    expect(stage.pay(() => stage.kernel.fork(1, 3))).toMatchObject({ forkPte: 3 });
    stage.kernel.madvise(1, A + 200, 10, 'keeponfork');
    expect(stage.pay(() => stage.kernel.fork(1, 4))).toMatchObject({ tableShare: 1 });
    expect([stage.counters.tablesShared, stage.broken]).toEqual([1, []]);
  });

  it('leaves what faults can rebuild to faults, unless all VMAs are to be shared', () => {
    const made = (vmas: 'needed' | 'all') => {
      const stage = new Stage({ forkTables: 'share-leaf', protect: 'upper', sharing: { ...SHARING, vmas } });
      stage.map(0, 512, { shared: true });
      stage.map(512, 100, { shared: true });
      for (const page of [3, 600]) stage.store(1, page);
      return { stage, fork: stage.pay(() => stage.kernel.fork(1, 2)) };
    };
    expect(made('needed').fork).toEqual({ ...upper, tableAllocate: 1 });
    const { stage, fork } = made('all');
    // The table at the edge cannot be shared, and is left to faults.
    expect(fork).toEqual({ ...upper, tableAllocate: 3, tableShare: 1 });
    expect([stage.touch(2, 3), stage.load(2, 600), stage.broken]).toEqual([[], 1, []]);
  });
});

describe('a fault under shared last-level tables', () => {
  it('that writes copies the table first: entries as fork would have copied them, and a flush of all 512 pages', () => {
    const { stage, counters } = forked();
    let kinds: string[] = [];
    expect(stage.pay(() => (kinds = stage.store(2, 1, 9)))).toEqual({
      ...COW,
      tableAllocate: 1,
      unsharePte: 2,
      flushFull: 1,
    });
    expect([kinds, counters.tablesUnshared, counters.tablesAdopted]).toEqual([['cowCopy'], 1, 0]);
    // Both pages of the table are the child's now; the other tables still count for the parent alone.
    expect([stage.sizes(1), stage.sizes(2)]).toEqual([
      [5, 6],
      [3, 4],
    ]);
    expect([stage.load(1, 1), stage.load(2, 1), stage.load(2, 0), stage.broken]).toEqual([7, 9, 7, []]);
  });

  it('of the last user takes the table over, with nothing to flush', () => {
    const { stage, counters } = forked();
    stage.store(2, 1);
    let kinds: string[] = [];
    // Page 1 was copied by the child: the parent's is not exclusive, but nobody else's.
    expect(stage.pay(() => (kinds = stage.store(1, 1)))).toEqual({
      upperEntry: 1,
      reuseCheck: 1,
      pteWrite: 1,
    });
    expect([kinds, counters.tablesAdopted]).toEqual([['cowReuse'], 1]);
    // From now on the table is as any other: writes to what is its own do not fault.
    expect([stage.store(1, 1), stage.store(1, 0)]).toEqual([[], ['cowCopy']]);
    expect(stage.broken).toEqual([]);
  });

  it('is none where the last user left and the leaves allow writes: the table is taken over by the fault alone', () => {
    const { stage, counters } = forked();
    stage.kernel.exit(2);
    expect([stage.store(1, 0), stage.store(1, 1), stage.store(1, 512)]).toEqual([
      ['tableReuse'],
      [],
      ['tableReuse'],
    ]);
    expect([counters.tablesAdopted, stage.sizes(1), stage.broken]).toEqual([2, [5, 6], []]);
  });

  it('that reads a present page is none; that reads an absent one makes the table its own', () => {
    const { stage } = forked();
    expect(stage.touch(2, 1)).toEqual([]);
    expect(stage.pay(() => stage.touch(2, 2))).toEqual({
      tableAllocate: 1,
      unsharePte: 2,
      flushFull: 1,
      pteWrite: 1,
    });
    expect([stage.counters.tablesUnshared, stage.broken]).toEqual([1, []]);
  });

  it('counts a table for whoever takes it over from an owner that left', () => {
    const { stage } = forked();
    stage.kernel.exit(1);
    expect(stage.sizes(2)).toEqual([1, 3]);
    stage.store(2, 0);
    expect([stage.sizes(2), stage.broken]).toEqual([[3, 4], []]);
  });
});

describe('leaving a shared table', () => {
  it('is one entry at munmap of its whole span, a copy where a part of it stays', () => {
    const { stage, counters } = forked();
    // Pages 512 to 1535: two whole spans, and what the child owned in them: nothing.
    expect(stage.pay(() => stage.kernel.munmap(2, A + 512, 1024))).toEqual({
      unmapBase: 1,
      vmaEdit: 1,
      upperEntry: 2,
    });
    expect(counters.tablesUnshared).toBe(0);
    expect(stage.pay(() => stage.kernel.munmap(2, A, 1))).toMatchObject({
      tableAllocate: 1,
      unsharePte: 2,
      zapPte: 1,
    });
    expect([counters.tablesUnshared, stage.load(1, 0), stage.load(2, 1), stage.broken]).toEqual([
      1,
      7,
      7,
      [],
    ]);
  });

  it('makes it nobody’s but the last one’s, who empties it like any other', () => {
    const { stage, kernel } = withKernel();
    const { tables } = kernel.state.policyMemory;
    kernel.munmap(2, A + 512, 1024);
    expect(tables.size).toBe(3);
    kernel.munmap(1, A + 512, 1024);
    expect([tables.size, stage.sizes(1), stage.broken]).toEqual([1, [3, 4], []]);
    kernel.exit(1);
    kernel.exit(2);
    expect([tables.size, stage.broken]).toEqual([0, []]);
  });

  it('takes the pages out of the count of whom they counted for', () => {
    const eager = forked({ accounting: 'eager' }).stage;
    expect(eager.pay(() => eager.kernel.munmap(2, A, 512))).toMatchObject({ upperEntry: 1, accountPte: 2 });
    expect([eager.sizes(1), eager.sizes(2)]).toEqual([
      [5, 6],
      [3, 5],
    ]);
    const deferred = forked().stage;
    // The owner leaves: the pages count for nobody until the other one takes the table over.
    expect(deferred.pay(() => deferred.kernel.munmap(1, A, 512))).toMatchObject({
      upperEntry: 1,
      accountPte: 2,
    });
    expect([deferred.sizes(1), deferred.sizes(2)]).toEqual([
      [3, 5],
      [1, 3],
    ]);
    expect([eager.broken, deferred.broken]).toEqual([[], []]);
    deferred.store(2, 1);
    expect([deferred.sizes(2), deferred.broken]).toEqual([[3, 4], []]);
  });

  it('happens at exit to all tables that others use', () => {
    const { stage } = forked();
    // One entry is the child's own, in the table at the edge; its VMA is flushed, and the address space in the end.
    expect(stage.pay(() => stage.kernel.exit(2))).toEqual({
      exitBase: 1,
      upperEntry: 3,
      zapPte: 1,
      flushFull: 2,
    });
  });

  it('counts pages on swap too', () => {
    const stage = new Stage(
      { forkTables: 'share-leaf', protect: 'upper', sharing: { ...SHARING, accounting: 'eager' } },
      { swapBytes: 2 ** 20 },
    );
    stage.map(0, 512);
    for (const page of [0, 1, 2]) stage.store(1, page, 7);
    stage.kernel.madvise(1, A, 2, 'pageout');
    stage.kernel.fork(1, 2);
    const swapped = (pid: number) => stage.kernel.process(pid).mm.swapPages;
    expect([swapped(1), swapped(2)]).toEqual([2, 2]);
    stage.kernel.munmap(2, A, 512);
    expect([swapped(1), swapped(2)]).toEqual([2, 0]);
    stage.kernel.exit(2);
    expect([stage.load(1, 0), swapped(1)]).toEqual([7, 1]);
  });
});

describe('a read fault under tables that sharers fill for each other', () => {
  const filled = (shared: boolean) => {
    const stage = new Stage({
      forkTables: 'share-leaf',
      protect: 'leaf',
      sharing: { tables: 'any', vmas: 'all', accounting: 'deferred', fillShared: true },
    });
    const { kernel } = stage;
    const file = kernel.createFile('lib', shared ? 'tmpfs' : 'ext4', 64 * 4096);
    kernel.fillFile(file, () => 0);
    stage.map(0, 64, { prot: 'r', shared, file: { file, page: 0 } });
    stage.map(64, 8);
    stage.touch(1, 0);
    stage.store(1, 64, 5);
    kernel.fork(1, 2);
    return stage;
  };

  it('maps the page for all of them, and counts it for the owner', () => {
    const stage = filled(false);
    // 16 pages around page 0 and the anonymous one.
    expect(stage.sizes(1)[0]).toBe(17);
    expect(stage.touch(2, 40)).toEqual(['file']);
    expect([stage.touch(1, 40), stage.touch(1, 33)]).toEqual([[], []]);
    expect([stage.sizes(1)[0], stage.sizes(2)[0], stage.counters.tablesUnshared]).toEqual([33, 0, 0]);
    expect(stage.broken).toEqual([]);
  });

  it('counts pages of memory files as such', () => {
    const stage = filled(true);
    stage.touch(2, 40);
    const { mm } = stage.kernel.process(1);
    expect([mm.shmemPages, mm.filePages, mm.anonPages]).toEqual([32, 0, 1]);
    expect(stage.broken).toEqual([]);
  });

  it('counts it for nobody once the owner has left', () => {
    const stage = filled(false);
    stage.kernel.fork(2, 3);
    stage.kernel.exit(1);
    expect(stage.touch(3, 40)).toEqual(['file']);
    expect([stage.sizes(2)[0], stage.sizes(3)[0], stage.broken]).toEqual([0, 0, []]);
  });

  it('of anonymous memory, or a write, makes the table its own', () => {
    const read = filled(false);
    read.touch(2, 66);
    expect(read.counters.tablesUnshared).toBe(1);
    const write = filled(false);
    write.store(2, 64);
    expect([write.counters.tablesUnshared, write.load(1, 64), write.load(2, 64)]).toEqual([1, 5, 1]);
    expect([read.broken, write.broken]).toEqual([[], []]);
  });
});

describe('MADV_POPULATE_WRITE under shared last-level tables', () => {
  it('makes the table its own where a leaf allows writes and the entry above it does not', () => {
    const { stage, kernel, counters } = withKernel();
    expect(kernel.madvise(2, A, 2, 'populate_write')).toBeUndefined();
    expect([counters.tablesUnshared, stage.store(2, 0, 9), stage.load(1, 0)]).toEqual([1, [], 7]);
    kernel.exit(2);
    expect(kernel.madvise(1, A, 2, 'populate_write')).toBeUndefined();
    expect([counters.tablesAdopted, stage.store(1, 0), stage.broken]).toEqual([1, [], []]);
    // Where the table is its own it costs nothing.
    expect(stage.pay(() => kernel.madvise(1, A, 2, 'populate_write'))).toEqual({});
  });
});

describe('tables that several VMAs use', () => {
  const any = { tables: 'any' } as const;

  it('are left at exit without a copy', () => {
    const { stage, kernel, counters } = withKernel(any);
    expect(stage.pay(() => kernel.exit(2))).toEqual({ exitBase: 1, upperEntry: 4, flushFull: 1 });
    expect([counters.tablesUnshared, stage.load(1, 1536), stage.broken]).toEqual([0, 7, []]);
  });

  it('are copied for a write to shared memory in them too, whose leaf allows it', () => {
    const stage = new Stage({ forkTables: 'share-leaf', protect: 'upper', sharing: { ...SHARING, ...any } });
    stage.map(0, 64);
    stage.map(64, 64, { shared: true });
    for (const page of [0, 64]) stage.store(1, page, 7);
    stage.kernel.fork(1, 2);
    expect([stage.store(2, 64, 9), stage.store(2, 64, 8), stage.load(1, 64)]).toEqual([['tableCopy'], [], 8]);
    expect([stage.store(1, 64), stage.counters.tablesUnshared, stage.counters.tablesAdopted]).toEqual([
      ['tableReuse'],
      1,
      1,
    ]);
    expect([stage.load(2, 0), stage.broken]).toEqual([7, []]);
  });

  it('take W from the leaves of private memory alone, each VMA for itself', () => {
    const sharing = { ...SHARING, ...any };
    const stage = new Stage({ forkTables: 'share-leaf', protect: 'leaf', sharing });
    stage.map(0, 500);
    stage.map(500, 100, { shared: true });
    stage.map(1000, 100);
    for (const page of [0, 499, 500, 511, 512, 1000, 1030, 1090]) stage.store(1, page, 7);
    // Tables: pages 0 to 511 (2 private), 512 to 1023 (one), 1024 to 1099 (two).
    expect(stage.pay(() => stage.kernel.fork(1, 2))).toMatchObject({ tableShare: 3, protectPte: 5 });
    expect([stage.store(2, 511), stage.store(1, 512), stage.broken]).toEqual([[], [], []]);
  });

  it('become its own by a read of an absent page of a file, unless sharers fill them for each other', () => {
    for (const fillShared of [false, true]) {
      const sharing = { ...SHARING, ...any, fillShared };
      const stage = new Stage({ forkTables: 'share-leaf', protect: 'upper', sharing });
      const file = stage.kernel.createFile('f', 'ext4', 40 * 4096);
      stage.kernel.fillFile(file, () => 0);
      stage.map(0, 40, { file: { file, page: 0 } });
      stage.store(1, 0, 7);
      stage.kernel.fork(1, 2);
      expect([stage.touch(2, 20), stage.counters.tablesUnshared]).toEqual([['file'], fillShared ? 0 : 1]);
      // A write makes it its own in any case.
      stage.store(2, 39);
      expect([stage.counters.tablesUnshared, stage.load(1, 39), stage.broken]).toEqual([1, 0, []]);
    }
  });

  it('are shared for the sake of one VMA of a span: another that asks for copies has them already', () => {
    const hooks = {
      onFork: ({ start }: { start: number }) => (start === A ? 'share-tables' : 'copy-tables'),
    } as const;
    const stage = new Stage({ protect: 'upper', sharing: { ...SHARING, ...any } }, { hooks });
    stage.map(0, 64);
    stage.map(100, 64);
    for (const page of [0, 100]) stage.store(1, page, 7);
    expect(stage.pay(() => stage.kernel.fork(1, 2))).toEqual({
      forkBase: 1,
      flushFull: 1,
      tableAllocate: 3,
      tableShare: 1,
    });
    expect([stage.load(2, 100), stage.store(2, 100), stage.broken]).toEqual([7, ['cowCopy'], []]);
  });
});

describe('large folios in shared tables', () => {
  it('know whose entries those are: whoever takes the table over can reuse its pages', () => {
    const { stage, kernel } = withKernel();
    stage.map(4096, 512);
    kernel.madvise(1, A + 4096, 512, 'hugepage');
    stage.store(1, 4100, 7);
    // The huge leaf becomes a table of entries to one folio.
    kernel.mprotect(1, A + 4096, 5, 'r');
    kernel.mprotect(1, A + 4096, 5, 'rw');
    kernel.fork(1, 3);
    expect([stage.store(3, 4100, 9), stage.load(1, 4100), stage.broken]).toEqual([['cowCopy'], 7, []]);
    kernel.exit(3);
    expect([stage.store(1, 4200), stage.store(1, 4300), stage.load(1, 4100), stage.broken]).toEqual([
      ['cowReuse'],
      ['cowReuse'],
      7,
      [],
    ]);
    kernel.fork(1, 4);
    kernel.exit(1);
    expect([stage.store(4, 4200), stage.load(4, 4100), stage.broken]).toEqual([['tableReuse'], 7, []]);
  });
});

function withKernel(sharing: Partial<LeafSharing> = {}) {
  const { stage, counters } = forked(sharing);
  return { stage, kernel: stage.kernel, counters };
}
