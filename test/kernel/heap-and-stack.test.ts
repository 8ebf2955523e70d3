import { describe, expect, it } from 'vitest';
import { A, Stage } from './policy/stage.ts';

describe('brk', () => {
  const heap = () => {
    const stage = new Stage({});
    const { kernel } = stage;
    kernel.brk(1, A);
    const areas = () => [...kernel.process(1).mm.vmas].map(({ start, end }) => [start - A, end - A]);
    return { stage, kernel, areas, brk: (page: number) => kernel.brk(1, A + page) };
  };

  it('grows and shrinks one VMA, page by page, at the price of an edit and of what it unmaps', () => {
    const { stage, areas, brk } = heap();
    expect(stage.pay(() => brk(4))).toEqual({ vmaEdit: 1 });
    brk(10);
    expect(areas()).toEqual([[0, 10]]);
    for (const page of [0, 9]) stage.store(1, page, 7);
    expect(stage.pay(() => brk(8))).toEqual({ vmaEdit: 2, unmapBase: 1, zapPte: 1, free: 1, flushPage: 2 });
    expect([areas(), stage.load(1, 0), stage.touch(1, 9)]).toEqual([[[0, 8]], 7, ['signal']]);
    expect([brk(0), areas(), stage.sizes(1)]).toEqual([undefined, [], [0, 0]]);
  });

  it('is ENOMEM below where the heap begins, and where something is in the way', () => {
    const { stage, areas, brk } = heap();
    brk(4);
    stage.map(8, 2);
    expect([brk(-1), brk(9), brk(8), areas()]).toEqual(['ENOMEM', 'ENOMEM', undefined, [[0, 10]]]);
  });
});

describe('a stack', () => {
  /** A stack of 10 pages at page 3000, and another mapping that ends at `below`. */
  const stack = (below?: number, more = {}) => {
    const stage = new Stage({});
    stage.map(3000, 10, { growsDown: true });
    if (below !== undefined) stage.map(below - 5, 5, more);
    const areas = () => [...stage.kernel.process(1).mm.vmas].map(({ start, end }) => [start - A, end - A]);
    return { stage, areas };
  };

  it('grows down to the page that is touched, and its pages keep their numbers for reverse mapping', () => {
    const { stage, areas } = stack();
    stage.store(1, 3000, 7);
    expect([stage.store(1, 2990, 8), areas()]).toEqual([['demandZero'], [[2990, 3010]]]);
    stage.kernel.fork(1, 2);
    expect([stage.store(1, 3000), stage.load(2, 3000), stage.load(2, 2990), stage.broken]).toEqual([
      ['cowCopy'],
      7,
      8,
      [],
    ]);
  });

  it('is 8 MiB long at most (RLIMIT_STACK)', () => {
    // 2,048 pages below page 3010: page 962 is the last.
    const { stage, areas } = stack();
    expect([stage.store(1, 961), stage.store(1, 962), areas()]).toEqual([
      ['signal'],
      ['demandZero'],
      [[962, 3010]],
    ]);
  });

  it('keeps a gap of 1 MiB to a mapping below it (stack_guard_gap)', () => {
    // 256 pages above page 2500: page 2756.
    const { stage } = stack(2500);
    expect([stage.store(1, 2755), stage.store(1, 2756)]).toEqual([['signal'], ['demandZero']]);
  });

  it('keeps none to a mapping that allows nothing, nor to another stack', () => {
    expect(stack(2500, { prot: 'none' }).stage.store(1, 2501)).toEqual(['demandZero']);
    expect(stack(2500, { growsDown: true }).stage.store(1, 2501)).toEqual(['demandZero']);
  });

  it('is not what lies above a mapping that does not grow', () => {
    const stage = new Stage({});
    stage.map(3000, 10);
    expect([stage.store(1, 2999), stage.store(1, 3010)]).toEqual([['signal'], ['signal']]);
  });
});

describe('memory that can only be executed', () => {
  it('is not readable where there are protection keys; what is not mapped is not said to be so', () => {
    const stage = new Stage({});
    stage.map(0, 1, { prot: 'x' });
    stage.map(1, 1, { prot: 'rx' });
    const forbids = (page: number) => stage.kernel.forbidsReads(1, A + page);
    expect([forbids(0), forbids(1), forbids(2)]).toEqual([true, false, false]);
  });
});
