import { describe, expect, it } from 'vitest';
import { COW, forkedAfter, from, Stage } from './stage.ts';

describe('a child whose first access to a page makes it its own', () => {
  it('faults at each page, reads too, and copies it', () => {
    const stage = new Stage({ faultOn: 'access' });
    stage.map(0, 64);
    for (const page of from(0, 8)) stage.store(1, page, 7);
    expect(stage.pay(() => stage.kernel.fork(1, 2))).toMatchObject({ forkPte: 8, trapPte: 8 });
    let kinds: string[] = [];
    // The entry as the VMA has it, then the copy of a COW fault, which nobody asked whether it might be reused.
    const { reuseCheck: _, ...copy } = COW;
    expect(stage.pay(() => (kinds = stage.touch(2, 3)))).toEqual({ ...copy, pteWrite: 2 });
    expect([kinds, stage.store(2, 3)]).toEqual([['accessCopy'], []]);
    expect([stage.touch(1, 3), stage.load(2, 4), stage.broken]).toEqual([[], 7, []]);
    // Nobody else has page 5 any more: it is the child's as it is, read-only until written.
    stage.store(1, 5, 8);
    expect([stage.touch(2, 5), stage.store(2, 5)]).toEqual([['mapShared'], ['cowReuse']]);
    expect([stage.load(2, 5), stage.broken]).toEqual([1, []]);
  });

  it('has a write to a page that is its own alone reuse it at once', () => {
    const stage = forkedAfter({ faultOn: 'access' }, [0]);
    stage.kernel.exit(1);
    expect(stage.pay(() => stage.store(2, 0))).toEqual({ pteWrite: 2, reuseCheck: 1 });
  });

  it('does not have pages of files and the zero page', () => {
    const stage = new Stage({ faultOn: 'access', forkTables: 'copy-all' });
    const { kernel } = stage;
    const file = kernel.createFile('f', 'ext4', 16 * 4096);
    kernel.fillFile(file, () => 0);
    stage.map(0, 16, { file: { file, page: 0 } });
    stage.map(16, 16);
    for (const page of [0, 16]) stage.touch(1, page);
    // 16 pages around page 0 and the zero page.
    expect(stage.pay(() => kernel.fork(1, 2))).toEqual({
      forkBase: 1,
      flushFull: 1,
      tableAllocate: 4,
      forkPte: 17,
    });
    expect([stage.touch(2, 3), stage.touch(2, 16), stage.broken]).toEqual([[], [], []]);
  });

  it('has tagged pages alone, a share of them', () => {
    const trapped = (taggedShare: number) => {
      const stage = new Stage({ faultOn: 'tagged', taggedShare });
      stage.map(0, 2048);
      for (const page of from(0, 2048)) stage.store(1, page, 7);
      return stage.pay(() => stage.kernel.fork(1, 2)).trapPte ?? 0;
    };
    expect([trapped(0), trapped(1)]).toEqual([0, 2048]);
    // Which they are is a matter of a hash: a quarter of 2,048 is 512, and 60 are three standard deviations.
    expect(Math.abs(trapped(0.25) - 512)).toBeLessThan(60);
  });

  it('waits for a page that is on another machine: latency, and 4,096 bytes at the bandwidth', () => {
    const stage = forkedAfter(
      { faultOn: 'access', pageSource: { kind: 'remote', latency: 7000, bytesPerCycle: 5 } },
      [0, 1],
    );
    // 7,000 + 4,096 / 5 = 7,819.2.
    expect(stage.pay(() => stage.touch(2, 0))).toMatchObject({ remote: 7819, copy: 1 });
    expect([stage.touch(2, 0), stage.counters.pagesFetched]).toEqual([[], 1]);
    expect(stage.pay(() => stage.store(1, 1)).remote).toBeUndefined();
  });
});
