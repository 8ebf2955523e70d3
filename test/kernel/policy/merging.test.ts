import { describe, expect, it } from 'vitest';
import type { Merging } from '../../../src/kernel/policy/policy.ts';
import { A, COW, Stage } from './stage.ts';

/** A page that becomes the merged one: read-only where it is mapped. One that gives way to it: mapped there, freed. */
const MERGED = { 'hidden.pteWrite': 1, 'hidden.flushPage': 1 };
const GIVES_WAY = { ...MERGED, 'hidden.free': 1 };

function sum(...bills: Readonly<Record<string, number>>[]) {
  const total: Record<string, number> = {};
  for (const bill of bills)
    for (const [part, units] of Object.entries(bill)) total[part] = (total[part] ?? 0) + units;
  return total;
}

/** Pages of process 1 with these first bytes; ksmd makes a round every 1,000 cycles from 1,000 on. */
function scanned(values: readonly number[], merging: Partial<Merging> = {}, config = {}) {
  const stage = new Stage({ merge: { pagesToScan: 100, interval: 1000, duplicates: 0, ...merging } }, config);
  stage.map(0, 600);
  for (const [page, value] of values.entries()) {
    stage.store(1, page, 255);
    stage.store(1, page, value);
  }
  const { kernel } = stage;
  const enterAt = (now: number) => {
    stage.now = now;
    return stage.pay(() => kernel.msync(1, A, 0, false));
  };
  const frameOf = (page: number, pid = 1) => stage.on.access(pid, A + page, 0, false);
  return { stage, kernel, enterAt, frameOf, counters: stage.counters };
}

describe('ksmd', () => {
  it('remembers what pages hold in one pass, and merges those that hold it still in the next', () => {
    const { stage, enterAt, frameOf, counters } = scanned([5, 6, 5, 0, 5, 0]);
    expect(enterAt(999)).toEqual({});
    expect(enterAt(1000)).toEqual({ 'hidden.scanPage': 6 });
    expect(counters.pagesMerged).toBe(0);
    // Three pages with a 5, two of zeros.
    expect(enterAt(2000)).toEqual(
      sum({ 'hidden.scanPage': 6 }, MERGED, GIVES_WAY, GIVES_WAY, MERGED, GIVES_WAY),
    );
    expect(counters.pagesMerged).toBe(3);
    expect([frameOf(2), frameOf(4), frameOf(5)]).toEqual([frameOf(0), frameOf(0), frameOf(3)]);
    expect(new Set([0, 1, 3].map((page) => frameOf(page))).size).toBe(3);
    expect([0, 1, 2, 3, 4, 5].map((page) => stage.load(1, page))).toEqual([5, 6, 5, 0, 5, 0]);
    expect([stage.sizes(1)[0], stage.broken]).toEqual([6, []]);
    // Merged pages are not looked at again.
    expect(enterAt(3000)).toEqual({ 'hidden.scanPage': 1 });
  });

  it('has a merged page copied whenever it is written, by the last who maps it too', () => {
    const { stage, enterAt } = scanned([5, 5]);
    enterAt(1000);
    enterAt(2000);
    expect(stage.pay(() => stage.store(1, 0, 7))).toEqual(COW);
    expect(stage.pay(() => stage.store(1, 1, 8))).toEqual({ ...COW, free: 1 });
    expect([stage.load(1, 0), stage.load(1, 1), stage.broken]).toEqual([7, 8, []]);
  });

  it('merges a page that comes to hold the same later with the merged one', () => {
    const { stage, enterAt, frameOf, counters } = scanned([5, 5, 9]);
    enterAt(1000);
    enterAt(2000);
    stage.store(1, 2, 5);
    // It has changed since the pass before: not yet.
    expect(enterAt(3000)).toEqual({ 'hidden.scanPage': 1 });
    expect(enterAt(4000)).toEqual(sum({ 'hidden.scanPage': 1 }, GIVES_WAY));
    expect([frameOf(2), counters.pagesMerged, stage.broken]).toEqual([frameOf(0), 2, []]);
  });

  it('sees a page anew that comes to be in the frame of one that was merged', () => {
    const { stage, enterAt, frameOf, counters } = scanned([5, 5]);
    const second = frameOf(1);
    enterAt(1000);
    enterAt(2000);
    stage.store(1, 9, 5);
    expect(frameOf(9)).toBe(second);
    enterAt(3000);
    expect(counters.pagesMerged).toBe(1);
    enterAt(4000);
    expect([counters.pagesMerged, frameOf(9)]).toEqual([2, frameOf(0)]);
  });

  it('forgets a merged page that nobody maps any more', () => {
    const { stage, enterAt, counters } = scanned([5, 5, 9, 9]);
    enterAt(1000);
    enterAt(2000);
    for (const page of [0, 1]) stage.store(1, page, 5);
    expect(counters.pagesMerged).toBe(2);
    // Copied when written, they are two pages again: a pass to see them, one to merge them anew.
    enterAt(3000);
    expect(enterAt(4000)).toEqual(sum({ 'hidden.scanPage': 2 }, MERGED, GIVES_WAY));
    expect([counters.pagesMerged, stage.broken]).toEqual([3, []]);
  });

  it('compares whole pages', () => {
    const { stage, kernel, enterAt, counters } = scanned([5, 5, 5]);
    kernel.writeMemory(stage.on.access(1, A, 4095, true) as number, 4095, 1);
    kernel.writeMemory(stage.on.access(1, A + 1, 4095, true) as number, 4095, 1);
    enterAt(1000);
    enterAt(2000);
    // Pages 0 and 1 differ from page 2 in their last byte.
    expect([
      counters.pagesMerged,
      kernel.readMemory(stage.on.access(1, A + 1, 0, false) as number, 4095),
    ]).toEqual([1, 1]);
  });

  it('replaces a page in every process that maps it', () => {
    const { stage, kernel, enterAt, frameOf, counters } = scanned([5, 5]);
    kernel.fork(1, 2);
    enterAt(1000);
    // Two entries for the page that is merged, two for the one that gives way.
    expect(enterAt(2000)).toEqual(sum({ 'hidden.scanPage': 2 }, MERGED, MERGED, MERGED, GIVES_WAY));
    expect([frameOf(0, 2), frameOf(1, 2), counters.pagesMerged]).toEqual([frameOf(0), frameOf(0), 1]);
    expect([stage.store(2, 0), stage.load(1, 0), stage.broken]).toEqual([['cowCopy'], 5, []]);
  });

  it('leaves alone what is locked, huge, on its way to or from swap, hidden, or a file’s', () => {
    const { stage, kernel, enterAt, counters } = scanned([5, 5, 5, 5, 5, 5], {}, { swapBytes: 2 ** 20 });
    kernel.mlock(1, A, 1);
    kernel.mprotect(1, A + 1, 1, 'none');
    kernel.madvise(1, A + 2, 1, 'pageout');
    kernel.madvise(1, A + 3, 1, 'pageout');
    kernel.fork(1, 2);
    // Page 3 is in memory and on swap.
    stage.touch(1, 3);
    stage.map(1024, 512);
    kernel.madvise(1, A + 1024, 512, 'hugepage');
    stage.store(1, 1024, 5);
    const file = kernel.createFile('f', 'tmpfs', 2 * 4096);
    kernel.fillFile(file, () => 0);
    stage.map(2048, 2, { shared: true, file: { file, page: 0 } });
    for (const page of [2048, 2049]) stage.touch(1, page);
    enterAt(1000);
    // Pages 4 and 5 are left, which parent and child share.
    expect(enterAt(2000)).toEqual(sum({ 'hidden.scanPage': 2 }, MERGED, MERGED, MERGED, GIVES_WAY));
    expect([counters.pagesMerged, stage.broken]).toEqual([1, []]);
  });

  it('looks at so many pages a round, and goes on in the next where it stopped', () => {
    const { enterAt, counters } = scanned([5, 6, 7, 5, 8, 9], { pagesToScan: 2 });
    expect(enterAt(1000)).toEqual({ 'hidden.scanPage': 2 });
    // Two rounds and a half were due.
    expect(enterAt(3500)).toEqual({ 'hidden.scanPage': 4 });
    // The next is counted from there: 4,500. Pages 0 and 3 are in rounds 4 and 5.
    expect(enterAt(4499)).toEqual({});
    expect(enterAt(4500)).toEqual({ 'hidden.scanPage': 2 });
    expect(counters.pagesMerged).toBe(0);
    expect(enterAt(5500)).toEqual(sum({ 'hidden.scanPage': 2 }, MERGED, GIVES_WAY));
    expect(counters.pagesMerged).toBe(1);
  });

  it('does not pair a page with one that it saw in another pass', () => {
    // Two pages a round of three: 0 1 | 2 0 | 1 2 | ...; what is remembered to be paired goes with each pass.
    const { enterAt, counters, stage } = scanned([5, 6, 5], { pagesToScan: 2 });
    for (let round = 1; round <= 6; round++) enterAt(round * 1000);
    expect([counters.pagesMerged, stage.broken]).toEqual([1, []]);
  });

  it('makes up for a thousand rounds at most', () => {
    const { enterAt } = scanned([5], { pagesToScan: 1 });
    expect(enterAt(10 ** 9)).toEqual({ 'hidden.scanPage': 1000 });
  });
});

describe('ksmd where a run keeps no contents', () => {
  const merged = (pages: number, duplicates: number) => {
    const { enterAt, counters, stage } = scanned(
      new Array(pages).fill(1),
      { pagesToScan: 10_000, duplicates },
      { contents: false },
    );
    for (let round = 1; round <= 3; round++) enterAt(round * 1000);
    expect(stage.broken).toEqual([]);
    return counters.pagesMerged;
  };

  it('takes a share of pages to have a twin each, and pairs them', () => {
    expect([merged(100, 1), merged(101, 1), merged(100, 0)]).toEqual([50, 50, 0]);
    // A half of 500 pages are 250, 34 are three standard deviations: 125 pairs, give or take 17.
    expect(Math.abs(merged(500, 0.5) - 125)).toBeLessThanOrEqual(17);
  });
});
