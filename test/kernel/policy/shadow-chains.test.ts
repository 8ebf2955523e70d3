import { describe, expect, it } from 'vitest';
import type { ForkTables, Ownership } from '../../../src/kernel/policy/policy.ts';
import { A, COW, Stage } from './stage.ts';

const REUSE = { reuseCheck: 1, pteWrite: 1 };

/** Process 1 has written pages 0 to 3 of 64. */
function chains(more: Partial<Ownership> = {}, forkTables: ForkTables = 'copy-all') {
  const ownership = { kind: 'shadow-chain', copy: 'symmetric', collapse: true, ...more } as Ownership;
  const stage = new Stage({ forkTables, ownership }, { swapBytes: 2 ** 20 });
  stage.map(0, 64);
  for (const page of [0, 1, 2, 3]) stage.store(1, page, 7);
  const { kernel, counters } = stage;
  const fork = (from: number, to: number) => stage.pay(() => void kernel.fork(from, to));
  const store = (pid: number, page: number) => stage.pay(() => void stage.store(pid, page, pid));
  return { stage, kernel, counters, fork, store };
}

describe('fork of memory objects (symmetric copy)', () => {
  it('lets both refer to one object; each gets a shadow at its first write', () => {
    const { stage, counters, fork, store } = chains();
    expect(fork(1, 2)).toEqual({ forkBase: 1, flushFull: 1, tableAllocate: 4, forkPte: 4 });
    expect(counters.chainPeak).toBe(0);
    expect(store(2, 0)).toEqual({ ...COW, shadowObject: 1 });
    expect(counters.chainPeak).toBe(1);
    // Its second write finds the page one object below its shadow.
    expect(store(2, 1)).toEqual({ ...COW, chainStep: 1 });
    // The parent's object is the shared one still: its own first write needs a shadow too, and copies although nobody
    // else maps the page any more, since the object below keeps it.
    expect(store(1, 0)).toEqual({ ...COW, shadowObject: 1 });
    expect([counters.chainPeak, counters.objectsCollapsed, stage.broken]).toEqual([1, 0, []]);
  });

  it('has a fault on a page that is nowhere look into every object but the last for nothing', () => {
    const { stage, fork, store } = chains();
    const zeroPage = (pid: number, page: number) => stage.pay(() => stage.touch(pid, page));
    expect(zeroPage(1, 20)).toEqual({ pteWrite: 1 });
    fork(1, 2);
    store(2, 0);
    expect(zeroPage(2, 21)).toEqual({ pteWrite: 1, chainStep: 1 });
    fork(2, 3);
    store(3, 0);
    // Shadow over shadow over object.
    expect(zeroPage(3, 22)).toEqual({ pteWrite: 1, chainStep: 2 });
    expect(store(3, 3)).toEqual({ ...COW, chainStep: 2 });
    expect([stage.counters.chainPeak, stage.load(3, 2), stage.load(3, 1), stage.broken]).toEqual([
      2,
      7,
      7,
      [],
    ]);
  });

  it('holds pages, not what is on swap', () => {
    const { stage, kernel, fork, store } = chains();
    for (let page = 4; page < 60; page++) stage.store(1, page, 7);
    kernel.madvise(1, A + 4, 40, 'pageout');
    fork(1, 2);
    expect(kernel.state.policyMemory.holders.size).toBe(20);
    store(2, 50);
    expect([stage.load(2, 10), stage.load(1, 10), stage.load(1, 50), stage.broken]).toEqual([7, 7, 7, []]);
  });

  it('is forgotten by a page that a process wrote since: it is in nobody’s object but its own', () => {
    const { stage, fork, store } = chains();
    fork(1, 2);
    store(2, 5);
    // Page 5 was new to the child. It forks: from now on its shadow holds it.
    fork(2, 3);
    expect(store(2, 5)).toEqual({ ...COW, shadowObject: 1 });
    expect(store(3, 5)).toEqual({ ...COW, shadowObject: 1 });
    expect([stage.load(1, 5), stage.load(2, 5), stage.load(3, 5), stage.broken]).toEqual([0, 2, 3, []]);
  });
});

describe('an object that one shadow is left of', () => {
  const round = (collapse: boolean) => {
    const made = chains({ collapse });
    made.fork(1, 2);
    made.store(1, 0);
    const exit = made.stage.pay(() => made.kernel.exit(2));
    return { ...made, exit };
  };

  it('collapses into it: its pages are let go, and writes reuse again', () => {
    const { exit, counters, stage, store } = round(true);
    // Pages 0 to 3 leave the child; the old page 0 has nobody else when its object ends.
    expect(exit).toEqual({ exitBase: 1, zapPte: 4, flushFull: 2, chainStep: 1, free: 1 });
    expect(counters.objectsCollapsed).toBe(1);
    expect(store(1, 1)).toEqual(REUSE);
    expect([stage.load(1, 0), stage.broken]).toEqual([1, []]);
  });

  it('stays without collapse, and so do its pages: the last sharer still copies', () => {
    const { exit, counters, stage, store } = round(false);
    expect(exit).toEqual({ exitBase: 1, zapPte: 4, flushFull: 2 });
    expect(store(1, 1)).toEqual({ ...COW, chainStep: 1 });
    expect([counters.objectsCollapsed, stage.broken]).toEqual([0, []]);
  });

  it('has chains grow by one with each fork, write and exit, or not at all', () => {
    const peak = (collapse: boolean) => {
      const { stage, kernel, counters, fork, store } = chains({ collapse });
      for (let child = 2; child < 7; child++) {
        fork(1, child);
        store(1, 0);
        kernel.exit(child);
      }
      expect([stage.load(1, 0), stage.broken]).toEqual([1, []]);
      return [counters.chainPeak, counters.objectsCollapsed];
    };
    expect(peak(false)).toEqual([5, 0]);
    expect(peak(true)).toEqual([1, 5]);
  });

  it('is none where one VMA is left that refers to it itself: it lets go of its pages and lives on', () => {
    const { stage, kernel, counters, fork, store } = chains();
    fork(1, 2);
    kernel.exit(2);
    expect(store(1, 0)).toEqual(REUSE);
    expect([counters.objectsCollapsed, counters.chainPeak, stage.broken]).toEqual([0, 0, []]);
    kernel.exit(1);
    expect(stage.broken).toEqual([]);
  });

  it('goes from the middle of a chain too', () => {
    const { stage, kernel, counters, fork, store } = chains();
    fork(1, 2);
    store(2, 0);
    fork(2, 3);
    store(3, 1);
    kernel.exit(2);
    // Shadow of 3 over the object of 1: one step to page 3.
    expect(counters.objectsCollapsed).toBe(1);
    expect(store(3, 3)).toEqual({ ...COW, chainStep: 1 });
    expect([stage.load(3, 0), stage.load(1, 0), stage.broken]).toEqual([2, 7, []]);
    kernel.exit(1);
    expect(counters.objectsCollapsed).toBe(2);
    expect(store(3, 2)).toEqual(REUSE);
    expect(stage.broken).toEqual([]);
  });

  it('hands its pages to a shadow that is shared itself, and frees those that nobody maps', () => {
    const { stage, kernel, fork, store } = chains();
    fork(1, 2);
    store(2, 0);
    // 2 and 3 share the shadow; 1 leaves, and the object below has only that shadow.
    fork(2, 3);
    const before = kernel.state.buddy.freeFrames;
    stage.pay(() => kernel.munmap(1, A, 64));
    expect(stage.counters.objectsCollapsed).toBe(1);
    // Page 0 as 1 had it is nobody's; its last-level table and the two above went too.
    expect(kernel.state.buddy.freeFrames - before).toBe(4);
    expect([stage.load(2, 1), stage.load(3, 1), stage.load(3, 0), stage.broken]).toEqual([7, 7, 2, []]);
    // The shadow holds pages 1 to 3 now: no step, and a copy.
    expect(store(3, 1)).toEqual({ ...COW, shadowObject: 1 });
    kernel.exit(2);
    kernel.exit(3);
    expect([kernel.state.policyMemory.holders.size, stage.broken]).toEqual([0, []]);
  });
});

describe('where fork copies no mappings (Mach)', () => {
  it('the child looks each page up when it first touches it', () => {
    const { stage, counters, fork, store } = chains({}, 'skip-rebuildable');
    expect(fork(1, 2)).toEqual({ forkBase: 1, flushFull: 1, tableAllocate: 4, protectPte: 4, trapPte: 4 });
    expect([counters.ptesCopied, counters.tablesCopied]).toEqual([0, 0]);
    let kinds: string[] = [];
    expect(stage.pay(() => (kinds = stage.touch(2, 1)))).toEqual({ pteWrite: 1 });
    expect(kinds).toEqual(['mapShared']);
    expect(stage.touch(2, 1)).toEqual([]);
    // A write to a page that it has not looked up yet finds it and copies it.
    expect(store(2, 2)).toEqual({ ...COW, pteWrite: 2, shadowObject: 1 });
    expect([stage.touch(1, 1), stage.load(2, 3), stage.broken]).toEqual([[], 7, []]);
  });
});

describe('huge pages in objects', () => {
  it('are held as one, and let go when they are split', () => {
    const { stage, kernel, store } = chains();
    stage.map(1024, 512);
    kernel.madvise(1, A + 1024, 512, 'hugepage');
    stage.store(1, 1030, 7);
    kernel.fork(1, 2);
    expect(store(2, 1030)).toEqual({ ...COW, reuseCheck: 2, hugeSplit: 1, flushPage: 2, shadowObject: 1 });
    expect(stage.broken).toEqual([]);
    // The page is in the object one below.
    expect(store(2, 1040)).toEqual({ ...COW, chainStep: 1 });
    kernel.madvise(1, A + 1024, 100, 'free');
    expect([stage.load(2, 1030), stage.load(1, 1030), stage.broken]).toEqual([2, 7, []]);
    kernel.exit(1);
    kernel.exit(2);
    expect(stage.broken).toEqual([]);
  });
});

describe('a huge page that an object holds', () => {
  it('is let go when it is split into single pages', () => {
    const { stage, kernel, fork } = chains({ collapse: false });
    stage.map(1024, 512);
    kernel.madvise(1, A + 1024, 512, 'hugepage');
    for (const page of [1030, 1500]) stage.store(1, page, 7);
    fork(1, 2);
    stage.store(1, 1024, 1);
    kernel.exit(2);
    // The parent wrote page 1024 to a copy of its own; the object below holds the huge page.
    kernel.madvise(1, A + 1024, 100, 'pageout');
    expect([stage.load(1, 1024), stage.load(1, 1030), stage.load(1, 1500), stage.broken]).toEqual([
      1,
      7,
      7,
      [],
    ]);
    expect(stage.store(1, 1500)).toEqual(['cowReuse']);
    kernel.exit(1);
    expect([kernel.state.policyMemory.holders.size, stage.broken]).toEqual([0, []]);
  });
});

describe('delayed copy (asymmetric)', () => {
  const asymmetric = () => {
    const made = chains({ copy: 'asymmetric' }, 'skip-rebuildable');
    const fork = made.fork(1, 2);
    const frameOf = (pid: number, page: number) => made.stage.on.access(pid, A + page, 0, false);
    return { ...made, forked: fork, frameOf };
  };

  it('puts a copy object below the child at fork', () => {
    const { forked, counters } = asymmetric();
    expect(forked).toEqual({
      forkBase: 1,
      flushFull: 1,
      tableAllocate: 4,
      protectPte: 4,
      trapPte: 4,
      shadowObject: 1,
    });
    expect(counters.chainPeak).toBe(1);
  });

  it('has the source keep its frame when it writes: what the page held is pushed to those who had it', () => {
    const { stage, store, frameOf } = asymmetric();
    const own = frameOf(1, 0);
    // One page made and copied; the child's entry and its counts, then the source's own entry.
    expect(store(1, 0)).toEqual({
      reuseCheck: 1,
      allocate: 1,
      copy: 1,
      pteWrite: 2,
      refcount: 2,
      flushPage: 2,
    });
    expect(frameOf(1, 0)).toBe(own);
    expect([stage.load(1, 0), stage.load(2, 0), stage.broken]).toEqual([1, 7, []]);
    expect(stage.counters.bytesCopied).toBe(4096);
    // Written once, it is the source's alone.
    expect(stage.store(1, 0)).toEqual([]);
    // What was pushed is the child's alone now: no copy.
    expect(stage.store(2, 0)).toEqual(['cowReuse']);
    expect([stage.load(1, 0), stage.load(2, 0), stage.broken]).toEqual([1, 1, []]);
  });

  it('pushes to all who had it at once', () => {
    const { stage, kernel, store, frameOf } = asymmetric();
    kernel.fork(1, 3);
    expect(store(1, 0)).toEqual({
      reuseCheck: 1,
      allocate: 1,
      copy: 1,
      pteWrite: 3,
      refcount: 4,
      flushPage: 3,
    });
    expect(frameOf(2, 0)).toBe(frameOf(3, 0));
    expect([stage.load(2, 0), stage.load(3, 0), stage.broken]).toEqual([7, 7, []]);
    // The pushed page is shared by two now, neither of whom is its source.
    expect([stage.store(3, 0), stage.store(2, 0)]).toEqual([['cowCopy'], ['cowReuse']]);
  });

  it('has a child that writes copy, one step from the copy object to the source', () => {
    const { stage, store } = asymmetric();
    expect(store(2, 0)).toEqual({ ...COW, pteWrite: 2, chainStep: 1 });
    // Nobody else has the source's page now: nothing to push.
    expect(store(1, 0)).toEqual(REUSE);
    expect([stage.load(1, 0), stage.load(2, 0), stage.broken]).toEqual([1, 2, []]);
  });

  it('does not push what has a copy on swap, nor huge pages, which are split and copied', () => {
    const { stage, kernel } = asymmetric();
    stage.map(1024, 512);
    kernel.madvise(1, A + 1024, 512, 'hugepage');
    stage.store(1, 1024, 7);
    kernel.fork(1, 3);
    expect(stage.store(1, 1024)).toEqual(['cowCopy']);
    stage.store(1, 40, 7);
    kernel.madvise(1, A + 40, 1, 'pageout');
    kernel.fork(1, 4);
    expect([stage.touch(1, 40), stage.store(1, 40, 9)]).toEqual([['swap'], ['cowCopy']]);
    // Two have page 41 in memory, a third has it on swap: the writer copies.
    stage.store(1, 41, 7);
    kernel.madvise(1, A + 41, 1, 'pageout');
    kernel.fork(1, 5);
    kernel.fork(1, 6);
    for (const pid of [1, 5]) stage.touch(pid, 41);
    const paid = stage.pay(() => void stage.store(1, 41, 9));
    expect([paid.allocate, paid.pteWrite, stage.load(6, 41), stage.load(5, 41)]).toEqual([1, 1, 7, 7]);
    expect([stage.load(3, 1024), stage.load(4, 40), stage.load(1, 40), stage.broken]).toEqual([7, 7, 9, []]);
  });

  it('has whoever took a page over be its source from then on', () => {
    const { stage, kernel, frameOf } = asymmetric();
    kernel.exit(1);
    expect(stage.store(2, 0)).toEqual(['cowReuse']);
    kernel.fork(2, 3);
    const own = frameOf(2, 0);
    stage.store(2, 0, 9);
    expect([frameOf(2, 0), stage.load(3, 0), stage.broken]).toEqual([own, 1, []]);
  });
});
