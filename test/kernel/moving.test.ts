import { describe, expect, it } from 'vitest';
import { A, Stage } from './policy/stage.ts';

/** 512 huge pages at A; of the second 2 MiB, small pages 512, 513 and 1023. */
function mapped() {
  const stage = new Stage({});
  const { kernel } = stage;
  stage.map(0, 1024);
  kernel.madvise(1, A, 512, 'hugepage');
  stage.store(1, 7, 70);
  for (const page of [512, 513, 1023]) stage.store(1, page, 80);
  const move = (from: number, pages: number, to: number) =>
    kernel.mremap(1, { vpn: A + from, pages, newPages: pages, to: A + to });
  const { counters } = stage;
  return { stage, kernel, move, counters };
}

describe('mremap of huge pages and whole tables (move_page_tables)', () => {
  it('moves each as one entry between aligned places: nothing is split, no table is made for them', () => {
    const { stage, move, counters } = mapped();
    const { tables } = counters;
    expect(move(0, 1024, 8192)).toBeUndefined();
    // Page 8192 is below the same upper tables; the last-level table went along.
    expect([counters.hugeSplits, counters.tables]).toEqual([0, tables]);
    expect([stage.touch(1, 8192 + 100), stage.load(1, 8192 + 7), stage.load(1, 8192 + 1023)]).toEqual([
      [],
      70,
      80,
    ]);
    expect([stage.sizes(1)[0], stage.touch(1, 7), stage.broken]).toEqual([515, ['signal'], []]);
  });

  it.each([
    ['from an aligned place to another', 0, 8192 + 3],
    ['from within', 1, 8192],
  ])('splits a huge page that goes %s, and moves its pages one by one', (_name, from, to) => {
    const { stage, move, counters } = mapped();
    expect(move(from, 512, to)).toBeUndefined();
    expect(counters.hugeSplits).toBe(1);
    expect([stage.load(1, to + 7 - from), stage.touch(1, to + 400), stage.sizes(1)[0], stage.broken]).toEqual(
      [70, [], 515, []],
    );
  });

  it('splits a huge page that only in part goes', () => {
    const { stage, move, counters } = mapped();
    expect(move(0, 100, 8192)).toBeUndefined();
    expect([counters.hugeSplits, stage.load(1, 8192 + 7), stage.sizes(1)[0]]).toEqual([1, 70, 515]);
    expect([stage.touch(1, 101), stage.touch(1, 99), stage.broken]).toEqual([[], ['signal'], []]);
  });

  it('moves pages one by one to where a table is already', () => {
    const { stage, kernel, move } = mapped();
    stage.map(8192 + 600, 100);
    stage.store(1, 8192 + 650, 90);
    // The target's last-level table has a page beside the target.
    expect(move(512, 88, 8192 + 512)).toBeUndefined();
    expect([stage.load(1, 8192 + 512), stage.load(1, 8192 + 650), stage.load(1, 1023)]).toEqual([80, 90, 80]);
    expect(stage.broken).toEqual([]);
    kernel.munmap(1, A + 8192, 1024);
    expect([stage.sizes(1)[0], stage.broken]).toEqual([513, []]);
  });

  it('passes over what has no tables, and moves what lies behind it', () => {
    const stage = new Stage({});
    stage.map(0, 3 * 512);
    stage.store(1, 2, 20);
    stage.store(1, 1030, 30);
    expect(stage.kernel.mremap(1, { vpn: A, pages: 1536, newPages: 1536, to: A + 4099 })).toBeUndefined();
    expect([stage.load(1, 4101), stage.load(1, 4099 + 1030), stage.sizes(1)[0], stage.broken]).toEqual([
      20,
      30,
      2,
      [],
    ]);
  });

  it('keeps who shares what: a page of a forked parent is copied at its new place too', () => {
    const { stage, kernel, move } = mapped();
    kernel.fork(1, 2);
    move(0, 1024, 8192);
    expect([stage.store(1, 8192 + 512), stage.load(2, 512)]).toEqual([['cowCopy'], 80]);
    expect([stage.store(1, 8192 + 7, 1), stage.load(2, 7), stage.broken]).toEqual([['cowCopy'], 70, []]);
  });

  it('finds pages by reverse mapping at their new place', () => {
    const stage = new Stage({}, { swapBytes: 2 ** 20 });
    stage.map(0, 8);
    for (const page of [0, 5]) stage.store(1, page, 50 + page);
    stage.kernel.mremap(1, { vpn: A, pages: 8, newPages: 8, to: A + 100 });
    stage.kernel.madvise(1, A + 100, 8, 'pageout');
    expect(stage.kernel.state.swap.used).toBe(2);
    // Swap entries move as well.
    stage.kernel.mremap(1, { vpn: A + 100, pages: 8, newPages: 8, to: A + 1000 });
    expect([stage.load(1, 1005), stage.load(1, 1000), stage.broken]).toEqual([55, 50, []]);
  });

  it('is refused where a part that it grows by, or shrinks from, is another VMA’s', () => {
    const { kernel, stage } = mapped();
    stage.map(2048, 4, { shared: true });
    stage.map(2052, 4);
    const remap = (vpn: number, pages: number, newPages: number) =>
      kernel.mremap(1, { vpn: A + vpn, pages, newPages, to: A + 8192 });
    expect(remap(2050, 4, 6)).toBe('EFAULT');
    // An old size of 0 makes a second mapping of shared memory, and nothing of private memory.
    expect(remap(2048, 0, 2)).toBeUndefined();
    stage.store(1, 2048, 33);
    expect([stage.load(1, 8192), remap(2052, 0, 2)]).toEqual([33, 'EINVAL']);
  });

  it('empties the old place with MREMAP_DONTUNMAP, which is written anew then', () => {
    const { kernel, stage } = mapped();
    expect(
      kernel.mremap(1, { vpn: A + 512, pages: 2, newPages: 2, to: A + 8192, dontUnmap: true }),
    ).toBeUndefined();
    expect([stage.store(1, 512), stage.load(1, 8192), stage.load(1, 8193), stage.broken]).toEqual([
      ['demandZero'],
      80,
      80,
      [],
    ]);
    expect(kernel.mremap(1, { vpn: A + 512, pages: 2, newPages: 3, to: A + 9000, dontUnmap: true })).toBe(
      'EINVAL',
    );
  });
});
