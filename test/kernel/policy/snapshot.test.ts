import { describe, expect, it } from 'vitest';
import { leafAt, viewOf } from '../../oracle/kernel-view.ts';
import { A, COW, Stage } from './stage.ts';

const HUGE = 1024;

/** Private, untouched, shared, file and huge memory, a heap and locked pages, as a fuzzing target may have it. */
function target() {
  const stage = new Stage({ forkTables: 'snapshot' }, { swapBytes: 2 ** 22 });
  const { kernel } = stage;
  stage.map(0, 40);
  stage.map(100, 20, { shared: true });
  const file = kernel.createFile('f', 'ext4', 30 * 4096);
  kernel.fillFile(file, (page) => page * 4 + 3);
  stage.map(200, 30, { file: { file, page: 0 } });
  stage.map(HUGE, 512);
  kernel.madvise(1, A + HUGE, 512, 'hugepage');
  kernel.brk(1, A + 4000);
  kernel.brk(1, A + 4010);
  for (let page = 0; page < 20; page++) stage.store(1, page, 10 + page);
  for (const page of [100, 101, 201, HUGE + 5, 4000]) stage.store(1, page, 7);
  stage.touch(1, 30);
  return { stage, kernel, counters: stage.counters, file };
}

const REGIONS = [
  [0, 40],
  [100, 20],
  [200, 30],
  [HUGE, 512],
  [4000, 10],
] as const;

/** What can be seen of process 1: VMAs, heap, locks, what its pages hold, what of it is anonymous or on swap. */
function picture(stage: Stage) {
  const { mm } = stage.kernel.process(1);
  const space = viewOf(stage.kernel).spaces.get(mm.id)!;
  const { startBrk, brk, lockedPages, anonPages, swapPages } = mm;
  const bytes = REGIONS.map(([start, pages]) =>
    Array.from({ length: pages }, (_, i) => {
      const leaf = leafAt(space, A + start + i);
      if (!leaf || leaf.swap) return 'not there';
      return stage.kernel.readMemory(leaf.pfn + (leaf.huge ? (start + i) % 512 : 0), 0);
    }),
  );
  return { areas: space.areas, startBrk, brk, lockedPages, anonPages, swapPages, bytes };
}

describe('a snapshot', () => {
  it('takes W from what is written of private memory, and makes no process space', () => {
    const { stage, kernel, counters } = target();
    const [, tables] = stage.sizes(1);
    // 20 pages, one of the file, one of the heap, one huge; not the shared ones, nor the zero page.
    expect(stage.pay(() => kernel.fork(1, 2))).toEqual({ protectPte: 23, flushFull: 1 });
    expect([counters.forks, kernel.process(2).mm === kernel.process(1).mm, stage.sizes(1)[1]]).toEqual([
      1,
      true,
      tables,
    ]);
    // Within a session a fork is a fork.
    kernel.fork(2, 3);
    expect(kernel.process(3).mm).not.toBe(kernel.process(1).mm);
  });

  it('has the first write to a page keep the original, by a reference, and the next write cost nothing', () => {
    const { stage, kernel } = target();
    kernel.fork(1, 2);
    expect(stage.pay(() => stage.store(2, 3, 99))).toEqual(COW);
    expect(stage.pay(() => stage.store(2, 3, 98))).toEqual({});
    expect(stage.broken).toEqual([]);
  });

  it('puts back each original that was written, at the price of a page, and takes away what was not there', () => {
    const { stage, kernel, counters } = target();
    const before = picture(stage);
    kernel.fork(1, 2);
    for (const page of [3, 4, 4000]) stage.store(2, page, 99);
    // Not there before: pages 35 and 36; the zero page at 30 is kept like any original.
    for (const page of [35, 36, 30]) stage.store(2, page, 99);
    // Three originals come back and take the place of copies; so does the zero page; two pages go.
    expect(stage.pay(() => kernel.exit(2))).toEqual({
      zapPte: 6,
      flushPage: 6,
      free: 6,
      pteWrite: 4,
      copy: 3,
      flushFull: 1,
    });
    expect(counters.pagesRestored).toBe(3);
    expect(picture(stage)).toEqual(before);
    expect([stage.store(1, 35), stage.store(1, 3), stage.broken]).toEqual([['demandZero'], ['cowReuse'], []]);
  });

  it('keeps a page of a huge one by a copy, and the huge page for the run', () => {
    const { stage, kernel } = target();
    kernel.fork(1, 2);
    // Its entry is split; the original is copied aside, and the page is exclusive still.
    expect(stage.pay(() => stage.store(2, HUGE + 5, 99))).toEqual({
      hugeSplit: 1,
      copy: 1,
      reuseCheck: 1,
      pteWrite: 1,
      flushPage: 1,
    });
    kernel.exit(2);
    expect([stage.load(1, HUGE + 5), stage.broken]).toEqual([7, []]);
  });

  it('lasts until the process ends that it was taken for, not a thread of it', () => {
    const { stage, kernel } = target();
    kernel.fork(1, 2);
    stage.store(2, 3, 99);
    kernel.fork(2, 3, true);
    kernel.exit(3);
    expect(stage.load(2, 3)).toBe(99);
    kernel.exit(2);
    expect([stage.load(1, 3), stage.broken]).toEqual([13, []]);
  });

  it('leaves shared memory as the child left it', () => {
    const { stage, kernel } = target();
    kernel.fork(1, 2);
    stage.store(2, 100, 55);
    kernel.exit(2);
    expect([stage.load(1, 100), stage.load(1, 101)]).toEqual([55, 7]);
  });

  it('may be taken again and again', () => {
    const { stage, kernel } = target();
    const before = picture(stage);
    for (let child = 2; child < 6; child++) {
      kernel.fork(1, child);
      for (const page of [0, 3, 38, 205, HUGE + 5, HUGE + 100, 4005]) stage.store(child, page, child);
      kernel.exit(child);
      expect(picture(stage).bytes).toEqual(before.bytes);
      expect(stage.broken).toEqual([]);
    }
  });

  it('takes away a huge page that was not there as one', () => {
    const { stage, kernel } = target();
    stage.map(2048, 512);
    kernel.madvise(1, A + 2048, 512, 'hugepage');
    const [resident] = stage.sizes(1);
    kernel.fork(1, 2);
    expect(stage.store(2, 2060)).toEqual(['hugeDemandZero']);
    // Settled: neither a later write to it nor a change of rights keeps anything of it.
    stage.store(2, 2070);
    kernel.mprotect(2, A + 2048, 512, 'r');
    kernel.mprotect(2, A + 2048, 512, 'rw');
    expect(stage.pay(() => kernel.exit(2))).toMatchObject({ zapHuge: 1 });
    expect([stage.sizes(1)[0], stage.broken]).toEqual([resident, []]);
  });
});

type Act = (stage: Stage, at: (page: number) => number) => void;

const MESS: Readonly<Record<string, Act>> = {
  'stores everywhere': (stage) => {
    for (const [start, pages] of REGIONS.filter(([start]) => start !== 100))
      for (let page = start; page < start + pages; page += 3) stage.store(2, page, 99);
  },
  'protects and unprotects': ({ kernel }, at) => {
    kernel.mprotect(2, at(5), 10, 'r');
    kernel.mprotect(2, at(HUGE), 512, 'r');
    kernel.mprotect(2, at(205), 3, 'none');
  },
  'protects, unprotects and stores': (stage, at) => {
    stage.kernel.mprotect(2, at(0), 40, 'r');
    stage.kernel.mprotect(2, at(0), 40, 'rw');
    stage.kernel.mprotect(2, at(HUGE), 512, 'r');
    stage.kernel.mprotect(2, at(HUGE), 512, 'rw');
    for (const page of [5, 6, HUGE + 5, HUGE + 6]) stage.store(2, page, 99);
  },
  'unmaps in the middle, and everything': ({ kernel }, at) => {
    kernel.munmap(2, at(5), 10);
    kernel.munmap(2, at(0), 5000);
  },
  'unmaps and maps something else there': (stage, at) => {
    stage.kernel.munmap(2, at(0), 40);
    stage.kernel.mmap(2, { vpn: at(0), pages: 60, prot: 'rw', shared: true });
    stage.kernel.mmap(2, { vpn: at(HUGE), pages: 100, prot: 'rw', shared: false, fixed: true });
    for (const page of [0, 39, 59, HUGE + 5]) stage.store(2, page, 99);
  },
  'maps more': (stage, at) => {
    stage.kernel.mmap(2, { vpn: at(40), pages: 10, prot: 'rw', shared: false });
    stage.kernel.mmap(2, { vpn: at(5000), pages: 10, prot: 'rw', shared: false });
    for (const page of [10, 45, 5005]) stage.store(2, page, 99);
  },
  'maps another part of the file there': (stage, at) => {
    const file = stage.kernel.process(2).mm.vmas.find(at(200))!.file!;
    stage.kernel.mmap(2, {
      vpn: at(200),
      pages: 30,
      prot: 'rw',
      shared: false,
      fixed: true,
      file: { file, page: 0 },
    });
    stage.kernel.mmap(2, {
      vpn: at(200),
      pages: 30,
      prot: 'rw',
      shared: false,
      fixed: true,
      file: { file, page: 5 },
    });
    for (const page of [200, 201, 202]) stage.store(2, page, 99);
  },
  moves: (stage, at) => {
    stage.kernel.mremap(2, { vpn: at(0), pages: 40, newPages: 40, to: at(6000) });
    stage.kernel.mremap(2, { vpn: at(HUGE), pages: 512, newPages: 512, to: at(8192) });
    for (const page of [6003, 8192 + 5]) stage.store(2, page, 99);
  },
  'drops and gives up': (stage, at) => {
    stage.kernel.madvise(2, at(0), 8, 'dontneed');
    stage.kernel.madvise(2, at(8), 8, 'free');
    stage.kernel.madvise(2, at(200), 30, 'dontneed');
    stage.kernel.madvise(2, at(HUGE), 100, 'dontneed');
    for (const page of [2, 9, 201]) stage.store(2, page, 99);
  },
  'collapses small pages': (stage, at) => {
    stage.kernel.madvise(2, at(HUGE), 100, 'dontneed');
    stage.kernel.madvise(2, at(HUGE), 512, 'collapse');
    stage.store(2, HUGE + 5, 99);
  },
  'moves the end of the heap': (stage, at) => {
    stage.kernel.brk(2, at(4002));
    stage.kernel.brk(2, at(4100));
    for (const page of [4000, 4050]) stage.store(2, page, 99);
  },
  'locks and unlocks': ({ kernel }, at) => {
    kernel.mlock(2, at(0), 30);
    kernel.munlock(2, at(3), 3);
  },
  'advises otherwise': ({ kernel }, at) => {
    kernel.madvise(2, at(3), 4, 'dontfork');
    kernel.madvise(2, at(200), 30, 'random');
  },
  'advises to page out, which is not done while originals are kept': ({ kernel }, at) => {
    kernel.madvise(2, at(0), 40, 'pageout');
  },
};

describe('what a run did is undone', () => {
  it.each(Object.entries(MESS))('where it %s', (_name, act) => {
    const { stage, kernel } = target();
    const before = picture(stage);
    kernel.fork(1, 2);
    act(stage, (page) => A + page);
    expect(stage.broken).toEqual([]);
    kernel.exit(2);
    // Pages of files and shared memory come back by faults, zero pages too.
    for (const page of [30, 100, 101]) stage.touch(1, page);
    for (let page = 200; page < 230; page++) stage.touch(1, page);
    const after = picture(stage);
    expect(after.areas).toEqual(before.areas);
    const { bytes, ...rest } = after;
    expect([rest.startBrk, rest.brk, rest.lockedPages, rest.swapPages, rest.anonPages]).toEqual([
      before.startBrk,
      before.brk,
      before.lockedPages,
      before.swapPages,
      before.anonPages,
    ]);
    // A page that nobody had touched is not there again, or reads as zero.
    for (const [region, values] of before.bytes.entries())
      for (const [i, value] of values.entries())
        if (value !== 'not there') expect(bytes[region]![i], `region ${region}, page ${i}`).toBe(value);
    for (const [start, pages] of REGIONS)
      for (let page = start; page < start + pages; page++) stage.store(1, page, 3);
    expect(stage.broken).toEqual([]);
    kernel.exit(1);
    expect([kernel.state.policyMemory.sessions.size, kernel.state.swap.used, stage.broken]).toEqual([
      0,
      0,
      [],
    ]);
  });

  it('but for the pages of a file that became shorter: those are gone for good', () => {
    const { stage, kernel, file } = target();
    kernel.fork(1, 2);
    for (const page of [201, 202, 220]) stage.store(2, page, 99);
    kernel.truncate(file, 5 * 4096);
    kernel.truncate(file, 30 * 4096);
    expect(stage.broken).toEqual([]);
    kernel.exit(2);
    // Page 201 was written before the snapshot; page 220 read from the file, which has a hole there now.
    expect([stage.load(1, 201), stage.load(1, 202), stage.load(1, 220), stage.broken]).toEqual([7, 2, 0, []]);
    kernel.exit(1);
    expect(stage.broken).toEqual([]);
  });

  it('a private copy is gone too where its page was cut off', () => {
    const { stage, kernel, file } = target();
    for (const page of [210, 211]) stage.store(1, page, 8);
    kernel.fork(1, 2);
    for (const page of [210, 211, 0, 4000]) stage.store(2, page, 99);
    const frames = kernel.state.buddy.freeFrames;
    kernel.truncate(file, 11 * 4096);
    // 19 pages of the cache, the child's copy of page 211 and its original.
    expect([kernel.state.buddy.freeFrames - frames, stage.broken]).toEqual([21, []]);
    kernel.truncate(file, 30 * 4096);
    kernel.exit(2);
    // Page 210 lies below the cut; 211 and its original do not.
    expect([
      stage.load(1, 0),
      stage.load(1, 4000),
      stage.load(1, 210),
      stage.load(1, 211),
      stage.broken,
    ]).toEqual([10, 7, 8, 0, []]);
  });

  it('is of one address space: others that map the same file have no part in it', () => {
    const { stage, kernel, file } = target();
    kernel.createProcess(9);
    kernel.mmap(9, { vpn: A, pages: 30, prot: 'rw', shared: false, file: { file, page: 0 } });
    kernel.fork(1, 2);
    for (const page of [3, 12]) stage.store(9, page, 50);
    stage.store(2, 3, 99);
    kernel.truncate(file, 10 * 4096);
    kernel.munmap(9, A, 2);
    kernel.exit(2);
    expect([stage.load(1, 3), stage.load(9, 3), stage.broken]).toEqual([13, 50, []]);
  });

  it('a hole punched into a file leaves private pages alone', () => {
    const stage = new Stage({ forkTables: 'snapshot' });
    const { kernel } = stage;
    const file = kernel.createFile('f', 'tmpfs', 8 * 4096);
    kernel.fillFile(file, (page) => page * 4 + 3);
    stage.map(0, 8, { file: { file, page: 0 } });
    stage.map(50, 8, { shared: true, file: { file, page: 0 } });
    stage.store(1, 2, 7);
    kernel.fork(1, 2);
    stage.store(2, 2, 99);
    stage.store(2, 3, 99);
    kernel.madvise(2, A + 50, 8, 'remove');
    kernel.exit(2);
    expect([stage.load(1, 2), stage.load(1, 3), stage.load(1, 52), stage.broken]).toEqual([7, 0, 0, []]);
  });
});
