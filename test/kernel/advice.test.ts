import { describe, expect, it } from 'vitest';
import { A, Stage } from './policy/stage.ts';

const MIB = 2 ** 20;

/** 512 huge pages at A, written at pages 3 and 400. */
function huge(config = {}, policy = {}) {
  const stage = new Stage(policy, { swapBytes: 16 * MIB, ...config });
  stage.map(0, 1024);
  stage.kernel.madvise(1, A, 1024, 'hugepage');
  for (const page of [3, 400]) stage.store(1, page, 7);
  return {
    stage,
    advise: (page: number, pages: number, advice: string) => stage.kernel.madvise(1, A + page, pages, advice),
  };
}

describe('MADV_COLD and MADV_PAGEOUT of a huge page', () => {
  it('leave it whole where they cover it, to its very end', () => {
    const { stage, advise } = huge();
    expect([advise(0, 512, 'cold'), advise(0, 1024, 'cold'), stage.counters.hugeSplits]).toEqual([
      undefined,
      undefined,
      0,
    ]);
    expect([stage.load(1, 3), stage.broken]).toEqual([7, []]);
  });

  it.each([
    [0, 511],
    [1, 511],
    [100, 1],
  ])('split it where they cover %i + %i pages', (page, pages) => {
    const { stage, advise } = huge();
    advise(page, pages, 'cold');
    expect([stage.counters.hugeSplits, stage.load(1, 3), stage.load(1, 400), stage.broken]).toEqual([
      1,
      7,
      7,
      [],
    ]);
  });

  it('take a folio that is mapped by its pages as a whole while all are there, and split it when some are gone', () => {
    const { stage, advise } = huge();
    for (let page = 0; page < 512; page++) stage.store(1, page, 5);
    stage.kernel.mprotect(1, A, 5, 'r');
    stage.kernel.mprotect(1, A, 5, 'rw');
    advise(0, 512, 'free');
    // Given up as one folio, it goes as one.
    advise(0, 512, 'pageout');
    expect([stage.counters.swappedOut, stage.sizes(1)[0], stage.broken]).toEqual([0, 0, []]);
    const part = huge();
    for (let page = 0; page < 512; page++) part.stage.store(1, page, 5);
    part.stage.kernel.munmap(1, A + 5, 1);
    part.advise(0, 5, 'pageout');
    part.advise(6, 506, 'pageout');
    expect([part.stage.counters.swappedOut, part.stage.load(1, 400), part.stage.broken]).toEqual([
      511,
      5,
      [],
    ]);
  });
});

describe('MADV_FREE', () => {
  it('of pages that are not there gives nothing up', () => {
    const stage = new Stage({}, { swapBytes: MIB });
    stage.map(0, 64);
    stage.store(1, 3, 7);
    stage.kernel.madvise(1, A, 64, 'free');
    const { mm } = stage.kernel.process(1);
    expect([mm.swapPages, stage.kernel.state.swap.used, stage.load(1, 3), stage.broken]).toEqual([
      0,
      0,
      7,
      [],
    ]);
  });
});

describe('MADV_PAGEOUT', () => {
  it('does not write dirty pages of files, and drops clean ones', () => {
    const stage = new Stage({});
    const { kernel, counters } = stage;
    const file = kernel.createFile('f', 'ext4', 8 * 4096);
    kernel.fillFile(file, () => 0);
    stage.map(0, 8, { shared: true, file: { file, page: 0 } });
    stage.touch(1, 0);
    stage.store(1, 2, 7);
    kernel.madvise(1, A, 8, 'pageout');
    expect([counters.writtenBack, [...file.cache.keys()], stage.broken]).toEqual([0, [2], []]);
    kernel.fsync(file);
    kernel.madvise(1, A, 8, 'pageout');
    // Nobody maps it now, so there is no page here to give up; dropped, it comes back from disk.
    kernel.dropCache(file);
    expect([counters.writtenBack, file.cache.size, stage.load(1, 2)]).toEqual([1, 0, 7]);
  });

  it('puts pages of memory files on swap when they are dirty, and has them back by a major fault', () => {
    const stage = new Stage({}, { swapBytes: MIB });
    stage.map(0, 8, { shared: true });
    for (const page of [0, 1]) stage.store(1, page, 7);
    stage.kernel.madvise(1, A, 8, 'pageout');
    expect(stage.kernel.state.swap.used).toBe(2);
    const { majflt } = stage.kernel.process(1);
    expect(stage.pay(() => void stage.touch(1, 0))).toMatchObject({ io: 1, pageCacheInsert: 1 });
    expect([stage.kernel.process(1).majflt - majflt, stage.load(1, 0), stage.kernel.state.swap.used]).toEqual(
      [1, 7, 1],
    );
    stage.kernel.munmap(1, A, 8);
    expect([stage.kernel.state.swap.used, stage.broken]).toEqual([0, []]);
  });

  it('splits a huge page of which another VMA has a locked part; what is locked stays, zeros too', () => {
    const { stage, advise } = huge();
    stage.kernel.mlock(1, A, 256);
    expect(advise(256, 256, 'pageout')).toBeUndefined();
    // Page 400 goes to swap, the zeros beside it to the zero page; pages 0 to 255 are locked.
    expect([stage.sizes(1)[0], stage.counters.swappedOut, stage.broken]).toEqual([256, 1, []]);
    expect([stage.touch(1, 100), stage.load(1, 3), stage.load(1, 400)]).toEqual([[], 7, 7]);
  });

  it('leaves pages where there is no swap for them', () => {
    const stage = new Stage({}, { swapBytes: 4096 });
    stage.map(0, 8);
    stage.map(8, 8, { shared: true });
    for (const page of [0, 1, 8, 9]) stage.store(1, page, 7);
    stage.kernel.madvise(1, A, 16, 'pageout');
    expect([stage.counters.swappedOut, stage.load(1, 1), stage.load(1, 8), stage.load(1, 9)]).toEqual([
      1, 7, 7, 7,
    ]);
    expect([stage.load(1, 0), stage.broken]).toEqual([7, []]);
  });
});

describe('memory that is populated from a file that is not cached', () => {
  // Linux 6.18 on ext4, 64 pages: what MAP_POPULATE does counts as minor faults alone, MADV_POPULATE_READ as it is.
  it.each([
    ['MAP_POPULATE', 0, 4],
    ['MADV_POPULATE_READ', 1, 3],
  ])('%s: %i major and %i minor faults', (name, major, minor) => {
    const stage = new Stage({});
    const { kernel } = stage;
    const file = kernel.createFile('f', 'ext4', 64 * 4096);
    kernel.fillFile(file, () => 0);
    kernel.dropCache(file);
    stage.map(0, 64, { prot: 'r', shared: true, file: { file, page: 0 }, populate: name === 'MAP_POPULATE' });
    if (name !== 'MAP_POPULATE') kernel.madvise(1, A, 64, 'populate_read');
    const { majflt, minflt } = kernel.process(1);
    expect([majflt, minflt]).toEqual([major, minor]);
  });
});

describe('the huge zero page', () => {
  it('is one, whoever reads', () => {
    const stage = new Stage({});
    stage.map(0, 2048);
    stage.kernel.madvise(1, A, 2048, 'hugepage');
    stage.touch(1, 0);
    const { buddy } = stage.kernel.state;
    const used = buddy.usedFrames;
    expect([stage.touch(1, 600), stage.on.access(1, A + 7, 0, false)]).toEqual([
      ['hugeZeroPage'],
      stage.on.access(1, A + 512 + 7, 0, false),
    ]);
    // A table is set aside for the day that it is split.
    expect(buddy.usedFrames - used).toBe(1);
  });
});

describe('a page on swap that was shared', () => {
  it('is its last user’s alone when it comes back: written in place', () => {
    const stage = new Stage({}, { swapBytes: MIB });
    stage.map(0, 4);
    stage.store(1, 0, 7);
    stage.kernel.madvise(1, A, 1, 'pageout');
    stage.kernel.fork(1, 2);
    stage.kernel.exit(2);
    expect(stage.pay(() => void stage.store(1, 0, 8))).toEqual({ io: 1, pteWrite: 1 });
    expect([stage.kernel.state.swap.used, stage.broken]).toEqual([0, []]);
  });
});

describe('MADV_REMOVE', () => {
  it('punches a hole into the file for all, and leaves private copies, in memory or on swap', () => {
    const stage = new Stage({}, { swapBytes: MIB });
    const { kernel } = stage;
    const file = kernel.createFile('f', 'tmpfs', 8 * 4096);
    kernel.fillFile(file, (page) => page * 4 + 3);
    stage.map(0, 8, { file: { file, page: 0 } });
    stage.map(50, 8, { shared: true, file: { file, page: 0 } });
    for (const page of [2, 3]) stage.store(1, page, 77);
    kernel.madvise(1, A + 3, 1, 'pageout');
    expect(kernel.state.swap.used).toBe(1);
    expect(kernel.madvise(1, A + 50, 8, 'remove')).toBeUndefined();
    expect([2, 3, 4, 52].map((page) => stage.load(1, page))).toEqual([77, 77, 0, 0]);
    expect(stage.broken).toEqual([]);
  });
});

describe('MADV_POPULATE_WRITE', () => {
  it('makes a clean writable page of a memory file dirty, so that it is not dropped', () => {
    const swapAfter = (advice: string) => {
      const stage = new Stage({}, { swapBytes: MIB });
      stage.map(0, 4, { shared: true });
      // A read makes the page, and a writable entry.
      stage.touch(1, 0);
      expect(stage.pay(() => stage.kernel.madvise(1, A, 1, advice))).toEqual({});
      stage.kernel.madvise(1, A, 1, 'pageout');
      return stage.kernel.state.swap.used;
    };
    expect([swapAfter('populate_read'), swapAfter('populate_write')]).toEqual([0, 1]);
  });

  it('goes on behind a huge page with the next one', () => {
    const { stage, advise } = huge();
    expect([advise(0, 1024, 'populate_write'), stage.sizes(1)[0], stage.counters.minor]).toEqual([
      undefined,
      1024,
      2,
    ]);
    expect(advise(5, 1000, 'populate_read')).toBeUndefined();
    expect([stage.counters.minor, advise(0, 3000, 'populate_read')]).toEqual([2, 'ENOMEM']);
  });
});

describe('MADV_DONTNEED', () => {
  it('gives a last-level table back that it empties whole (CONFIG_PT_RECLAIM), and no other', () => {
    const stage = new Stage({});
    stage.map(0, 1024);
    for (const page of [0, 511, 512]) stage.store(1, page);
    expect(stage.sizes(1)).toEqual([3, 4]);
    stage.kernel.madvise(1, A, 511, 'dontneed');
    expect(stage.sizes(1)).toEqual([2, 4]);
    stage.kernel.madvise(1, A, 512, 'dontneed');
    expect(stage.sizes(1)).toEqual([1, 3]);
    expect([stage.store(1, 0), stage.sizes(1), stage.broken]).toEqual([['demandZero'], [2, 4], []]);
  });

  it('is alone in that: a file that is truncated, or has a hole punched, leaves tables where they are', () => {
    const stage = new Stage({});
    const { kernel } = stage;
    const file = kernel.createFile('f', 'tmpfs', 1024 * 4096);
    stage.map(0, 1024, { shared: true, file: { file, page: 0 } });
    for (const page of [0, 512]) stage.store(1, page);
    kernel.madvise(1, A, 512, 'remove');
    kernel.truncate(file, 0);
    expect([stage.sizes(1), stage.broken]).toEqual([[0, 4], []]);
  });
});

describe('MADV_WILLNEED', () => {
  it('reads a file ahead and leaves no mark at which more would be read', () => {
    const stage = new Stage({});
    const { kernel, counters } = stage;
    const file = kernel.createFile('f', 'ext4', 64 * 4096);
    kernel.fillFile(file, () => 0);
    kernel.dropCache(file);
    stage.map(0, 64, { file: { file, page: 0 } });
    expect(kernel.madvise(1, A, 20, 'willneed')).toBeUndefined();
    expect([file.cache.size, counters.readIn]).toEqual([20, 20]);
    expect([stage.touch(1, 0), stage.touch(1, 1), stage.touch(1, 15), stage.touch(1, 16)]).toEqual([
      ['file'],
      [],
      [],
      ['file'],
    ]);
    expect([counters.major, counters.readIn]).toEqual([0, 20]);
    // Memory files and anonymous memory have nothing to be read.
    stage.map(100, 8);
    expect(kernel.madvise(1, A + 100, 8, 'willneed')).toBeUndefined();
  });
});

describe('huge pages', () => {
  it('are not used where they are switched off, whatever was advised; are, unasked, where they always are', () => {
    const kind = (thp: 'always' | 'madvise' | 'never', advice?: string) => {
      const stage = new Stage({}, { thp });
      stage.map(0, 512);
      if (advice) stage.kernel.madvise(1, A, 512, advice);
      return stage.store(1, 3)[0];
    };
    expect([
      kind('never', 'hugepage'),
      kind('always'),
      kind('madvise'),
      kind('always', 'nohugepage'),
    ]).toEqual(['demandZero', 'hugeDemandZero', 'demandZero', 'demandZero']);
  });

  it('are used unasked under a policy that says so', () => {
    const stage = new Stage({ hugePages: 'always' });
    stage.map(0, 512);
    expect(stage.store(1, 3)).toEqual(['hugeDemandZero']);
  });

  it('are reused whole by the last who maps them; split, where a policy never reuses', () => {
    const kinds = (policy: object) => {
      const { stage } = huge({}, policy);
      stage.kernel.fork(1, 2);
      stage.kernel.exit(2);
      return [stage.store(1, 5), stage.store(1, 6), stage.broken];
    };
    expect(kinds({})).toEqual([['hugeReuse'], [], []]);
    expect(kinds({ reuse: 'mapcount' })).toEqual([['hugeReuse'], [], []]);
    expect(kinds({ reuse: 'never' })).toEqual([['cowCopy'], ['cowCopy'], []]);
  });

  it('are split to be written where a policy copies them whole and there is no memory in one piece', () => {
    const { stage } = huge({ memoryBytes: 4 * MIB }, { granule: { pages: 1, huge: 'copy' } });
    stage.kernel.fork(1, 2);
    expect([stage.store(2, 3, 9), stage.load(1, 3), stage.counters.hugeSplits, stage.broken]).toEqual([
      ['cowCopy'],
      7,
      1,
      [],
    ]);
  });

  it('cost what they hold: their pages are given back with all that was written to them', () => {
    const { stage } = huge();
    const { kernel } = stage;
    for (let page = 0; page < 100; page++)
      for (const offset of [0, 1])
        kernel.writeMemory(stage.on.access(1, A + page, offset, true) as number, offset, 9);
    expect(kernel.state.contents.hostBytes).toBe(100 * 4096);
    kernel.munmap(1, A, 1024);
    expect(kernel.state.contents.hostBytes).toBe(0);
  });
});
