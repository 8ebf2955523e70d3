import { describe, expect, it } from 'vitest';
import { A, Stage } from './policy/stage.ts';

describe('MADV_COLLAPSE', () => {
  const small = (config = {}) => {
    const stage = new Stage({}, config);
    stage.map(0, 2048);
    for (const page of [0, 100, 511, 600, 1500]) stage.store(1, page, (page % 200) + 1);
    stage.touch(1, 50);
    const collapse = (page: number, pages: number) => stage.kernel.madvise(1, A + page, pages, 'collapse');
    return { stage, collapse, counters: stage.counters };
  };

  it('copies what is there into one huge page, zero pages becoming part of it', () => {
    const { stage, collapse } = small();
    expect(stage.pay(() => expect(collapse(0, 512)).toBeUndefined())).toEqual({
      hugeAllocate: 1,
      copy: 3,
      free: 3,
      flushFull: 1,
    });
    expect([stage.sizes(1)[0], stage.load(1, 50), stage.load(1, 100), stage.load(1, 511)]).toEqual([
      514, 0, 101, 112,
    ]);
    expect([stage.store(1, 200), stage.broken]).toEqual([[], []]);
  });

  it('takes each aligned 2 MiB of the range, and one that is huge already as done', () => {
    const { stage, collapse, counters } = small();
    expect([collapse(0, 512), collapse(0, 1536), stage.sizes(1)[0]]).toEqual([undefined, undefined, 3 * 512]);
    expect([stage.load(1, 600), stage.load(1, 1500), counters.bytesCopied, stage.broken]).toEqual([
      1,
      101,
      5 * 4096,
      [],
    ]);
  });

  it('is EINVAL where an aligned 2 MiB of it has nothing, or something on swap', () => {
    const { stage, collapse } = small({ swapBytes: 2 ** 20 });
    // The last 2 MiB were never touched: the others are collapsed all the same.
    expect([collapse(0, 2048), stage.sizes(1)[0]]).toEqual(['EINVAL', 3 * 512]);
    const out = small({ swapBytes: 2 ** 20 });
    out.stage.kernel.madvise(1, A + 100, 1, 'pageout');
    expect([out.collapse(0, 512), out.collapse(512, 512), out.stage.load(1, 100)]).toEqual([
      'EINVAL',
      undefined,
      101,
    ]);
    expect([stage.broken, out.stage.broken]).toEqual([[], []]);
  });

  it('does nothing where the range holds no aligned 2 MiB, and is EINVAL where it holds no border of one either', () => {
    const { stage, collapse, counters } = small();
    // Linux 6.18 answered so too.
    expect([
      collapse(10, 400),
      collapse(100, 500),
      collapse(1, 1022),
      counters.bytesCopied,
      stage.broken,
    ]).toEqual(['EINVAL', undefined, undefined, 0, []]);
  });

  it('is EINVAL for a VMA that is too small to hold one, or advised against', () => {
    const { stage, collapse } = small();
    stage.kernel.madvise(1, A, 512, 'nohugepage');
    expect(collapse(0, 512)).toBe('EINVAL');
    for (const [page, pages] of [
      [8192 + 1, 1022],
      [16384 + 10, 300],
    ] as const) {
      stage.map(page, pages);
      stage.store(1, page);
      expect(collapse(page, pages)).toBe('EINVAL');
    }
    // One page more and an aligned 2 MiB fits.
    stage.map(32768 + 1, 1023);
    stage.store(1, 32768 + 600);
    expect(collapse(32768 + 512, 512)).toBeUndefined();
  });

  it('leaves the pages of a child that shared them', () => {
    const { stage, collapse } = small();
    stage.kernel.fork(1, 2);
    expect(collapse(0, 512)).toBeUndefined();
    expect([stage.store(1, 100, 9), stage.load(2, 100), stage.store(2, 0), stage.broken]).toEqual([
      [],
      101,
      ['cowReuse'],
      [],
    ]);
  });
});
