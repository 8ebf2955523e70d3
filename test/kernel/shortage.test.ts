import { describe, expect, it } from 'vitest';
import { LOAD, STORE, USER } from '../../src/core/access.ts';
import type { Fault } from '../../src/core/fault.ts';
import { viewOf } from '../oracle/kernel-view.ts';
import { A, Stage } from './policy/stage.ts';

const MIB = 2 ** 20;
const from = (first: number, last: number) => Array.from({ length: last - first }, (_, i) => first + i);

/** All memory but `left` frames is taken, in single frames that nobody knows of. */
function exhausted(stage: Stage, left: number): void {
  const { buddy } = stage.kernel.state;
  while (buddy.freeFrames > left) buddy.allocate(0);
}

describe('a fault for which there is no memory', () => {
  it('ends its process with SIGKILL, and is counted as neither minor nor major', () => {
    const stage = new Stage({}, { memoryBytes: 4 * MIB });
    const { kernel, counters } = stage;
    stage.map(0, 8);
    stage.store(1, 0);
    exhausted(stage, 0);
    const { minor, major } = counters;
    const outcome = stage.on.access(1, A + 1, 0, true);
    expect(outcome).toEqual({ kind: 'signal', signal: 'SIGKILL', code: 'OOM' });
    expect([counters.oomKills, counters.minor, counters.major, counters.signals]).toEqual([
      1,
      minor,
      major,
      1,
    ]);
    // What is there can be used still.
    expect(stage.store(1, 0)).toEqual([]);
    expect(kernel.lastFault).toBeUndefined();
  });

  it('takes 4 KiB where there are not 2 MiB in one piece', () => {
    const stage = new Stage({}, { memoryBytes: 4 * MIB });
    stage.map(0, 1024);
    stage.kernel.madvise(1, A, 1024, 'hugepage');
    expect(stage.store(1, 0)).toEqual(['hugeDemandZero']);
    expect([stage.store(1, 600), stage.touch(1, 601)]).toEqual([['demandZero'], ['zeroPage']]);
    expect([stage.sizes(1), stage.broken]).toEqual([[513, 4], []]);
  });

  it('splits the huge zero page to write 4 KiB of it', () => {
    const stage = new Stage({}, { memoryBytes: 8 * MIB });
    stage.map(0, 512);
    stage.kernel.madvise(1, A, 512, 'hugepage');
    expect(stage.touch(1, 5)).toEqual(['hugeZeroPage']);
    exhausted(stage, 10);
    expect([stage.store(1, 7, 3), stage.load(1, 8), stage.load(1, 7), stage.sizes(1)[0]]).toEqual([
      ['demandZero'],
      0,
      3,
      1,
    ]);
  });
});

describe('a fork for which there is no memory', () => {
  it.each(from(0, 4))('is ENOMEM with %i frames, and leaves nothing behind', (left) => {
    const stage = new Stage({}, { memoryBytes: 4 * MIB });
    const { kernel } = stage;
    stage.map(0, 600);
    for (const page of [0, 1, 530]) stage.store(1, page, 7);
    exhausted(stage, left);
    expect(kernel.fork(1, 2)).toBe('ENOMEM');
    expect([kernel.state.processes.has(2), kernel.state.buddy.freeFrames]).toEqual([false, left]);
    // Root, two upper tables, two last-level tables: five are enough.
    expect([stage.load(1, 0), stage.store(1, 1)]).toEqual([7, left < 4 ? [] : ['cowReuse']]);
  });
});

describe('reclaim', () => {
  /** 16 MiB of memory, of which process 1 writes `pages`. */
  const filled = (config = {}, policy = {}) => {
    const stage = new Stage(policy, { memoryBytes: 16 * MIB, swapBytes: 32 * MIB, ...config });
    stage.map(0, 8192);
    return stage;
  };

  it('puts what was not used lately on swap, and brings it back as it was', () => {
    const stage = filled();
    for (const page of from(0, 5000)) stage.store(1, page, page % 251);
    const { counters } = stage;
    expect(counters.swappedOut).toBeGreaterThan(900);
    expect(counters.reclaimed).toBe(counters.swappedOut);
    expect(from(0, 5000).filter((page) => stage.load(1, page) !== page % 251)).toEqual([]);
    expect([counters.swappedIn > 900, stage.broken]).toEqual([true, []]);
  });

  it('looks at each frame at most twice for a batch of 32, and is paid for each look', () => {
    const stage = filled();
    const paid = stage.pay(() => from(0, 4000).forEach((page) => void stage.store(1, page, 1)));
    expect([paid.reclaimScan, paid.swap]).toEqual([undefined, undefined]);
    const frames = stage.kernel.state.frames.refcount.length;
    exhausted(stage, 0);
    const next = stage.pay(() => void stage.store(1, 4000, 1));
    // All 4,000 pages are young: a round to make them old, and 32 looks or a few more to take some.
    expect(next.swap).toBe(32);
    expect(next.reclaimScan).toBeGreaterThan(frames);
    expect(next.reclaimScan).toBeLessThan(2 * frames);
    expect(stage.counters.reclaimed).toBe(32);
    expect(stage.broken.filter((what) => !what.startsWith('frames in use'))).toEqual([]);
  });

  it('passes over what is locked', () => {
    const stage = filled({ swapBytes: 64 * MIB });
    stage.kernel.mlock(1, A, 500);
    for (const page of from(500, 6000)) stage.store(1, page, 1);
    expect([stage.counters.swappedOut > 1000, from(0, 500).flatMap((page) => stage.store(1, page))]).toEqual([
      true,
      [],
    ]);
  });

  it('takes what was not used since its last look, and nothing else', () => {
    const stage = filled();
    for (const page of from(0, 3900)) stage.store(1, page, 1);
    exhausted(stage, 0);
    // One look makes every page old, a second one takes 32.
    stage.store(1, 4000);
    const out = () =>
      [...viewOf(stage.kernel).spaces.get(1)!.leaves].filter(([, leaf]) => leaf.swap).map(([vpn]) => vpn - A);
    const first = new Set(out());
    expect(first.size).toBe(32);
    const unused = new Set(from(0, 3900).filter((page) => page % 90 === 7 && !first.has(page)));
    for (const page of from(0, 3900)) if (!first.has(page) && !unused.has(page)) stage.touch(1, page);
    exhausted(stage, 0);
    stage.store(1, 4001);
    const second = out().filter((page) => !first.has(page));
    expect([second.length, second.every((page) => unused.has(page))]).toEqual([32, true]);
  });

  it('splits huge pages, and puts their pages out one by one', () => {
    const stage = filled();
    stage.kernel.madvise(1, A, 4096, 'hugepage');
    for (const page of from(0, 3000)) stage.store(1, page, (page % 250) + 1);
    for (const page of from(4096, 7000)) stage.store(1, page, (page % 250) + 1);
    const { counters } = stage;
    expect([counters.hugeSplits > 0, counters.swappedOut > 1000]).toEqual([true, true]);
    const wrong = [...from(0, 3000), ...from(4096, 7000)].filter(
      (page) => stage.load(1, page) !== (page % 250) + 1,
    );
    expect([wrong, stage.broken]).toEqual([[], []]);
  });

  it('leaves huge pages whole where there is no swap for them', () => {
    const stage = filled({ swapBytes: 0 });
    stage.kernel.madvise(1, A, 2048, 'hugepage');
    for (const page of from(0, 2048)) stage.store(1, page);
    while (typeof stage.on.access(1, A + 2048 + stage.sizes(1)[0], 0, true) === 'number');
    expect([stage.counters.hugeSplits, stage.counters.swappedOut, stage.broken]).toEqual([0, 0, []]);
  });

  it('ends with SIGKILL when swap is full too', () => {
    const stage = filled({ swapBytes: MIB });
    let page = 0;
    while (typeof stage.on.access(1, A + page, 0, true) === 'number') page++;
    // 4,096 frames but for the zero page, the root, two upper and nine last-level tables; and 256 slots.
    expect([page, stage.kernel.state.swap.used]).toEqual([4096 - 1 - 3 - 9 + 256, 256]);
    expect(stage.broken).toEqual([]);
  });

  it('writes dirty pages of files back and drops clean ones; memory files go to swap', () => {
    const stage = filled();
    const { kernel, counters } = stage;
    const disk = kernel.createFile('d', 'ext4', 1000 * 4096);
    const memory = kernel.createFile('m', 'tmpfs', 1000 * 4096);
    for (const file of [disk, memory]) kernel.fillFile(file, (page) => page * 4 + 3);
    stage.map(10_000, 1000, { shared: true, file: { file: disk, page: 0 } });
    stage.map(20_000, 1000, { shared: true, file: { file: memory, page: 0 } });
    for (const page of from(0, 300)) {
      stage.store(1, 10_000 + page, 77);
      stage.store(1, 20_000 + page, 78);
    }
    for (const page of from(0, 6000)) stage.store(1, page, 1);
    expect([counters.writtenBack > 100, memory.swapped.size > 100]).toEqual([true, true]);
    const got = (base: number) => from(0, 1000).map((page) => stage.load(1, base + page));
    expect(got(10_000)).toEqual(from(0, 1000).map((page) => (page < 300 ? 77 : page % 256)));
    expect(got(20_000)).toEqual(from(0, 1000).map((page) => (page < 300 ? 78 : page % 256)));
    expect(stage.broken).toEqual([]);
  });

  it('takes pages that forked processes share under shared tables too, as far as there is memory for tables', () => {
    const sharing = { tables: 'any', vmas: 'needed', accounting: 'deferred', fillShared: false } as const;
    const stage = filled({}, { forkTables: 'share-leaf', protect: 'upper', sharing });
    for (const page of from(0, 2000)) stage.store(1, page, (page % 250) + 1);
    stage.kernel.fork(1, 2);
    for (const page of from(2000, 6000)) stage.store(1, page, (page % 250) + 1);
    expect(from(0, 2000).filter((page) => stage.load(2, page) !== (page % 250) + 1)).toEqual([]);
    expect(from(0, 6000).filter((page) => stage.load(1, page) !== (page % 250) + 1)).toEqual([]);
    expect([stage.counters.swappedOut > 1000, stage.broken]).toEqual([true, []]);
  });
});

describe('a fault on a page that the tables allow already', () => {
  const faultAt = (page: number, access: Fault['access']): Fault =>
    ({ vpn: A + page, access, privilege: USER, reason: 'not-present' }) as unknown as Fault;

  it('sets the bits that a machine without hardware A and D wants set, and nothing else', () => {
    const stage = new Stage({});
    const { kernel } = stage;
    stage.map(0, 8);
    stage.store(1, 0);
    const { state } = kernel;
    const ref = state.tables.find(kernel.process(1).mm.root, A, 1)!;
    const bits = () => state.tables.lo(ref) & 0x60;
    const clear = () => state.tables.set(ref, state.tables.lo(ref) & ~0x60, state.tables.hi(ref));
    clear();
    expect(stage.pay(() => kernel.handleFault(1, faultAt(0, LOAD)))).toEqual({ pteWrite: 1 });
    expect([kernel.lastFault, bits()]).toEqual(['spurious', 0x20]);
    clear();
    kernel.handleFault(1, faultAt(0, STORE));
    expect([kernel.lastFault, bits(), stage.counters.minor]).toEqual(['spurious', 0x60, 3]);
  });

  it('of a huge page too', () => {
    const stage = new Stage({});
    stage.map(0, 512);
    stage.kernel.madvise(1, A, 512, 'hugepage');
    stage.store(1, 0);
    stage.kernel.handleFault(1, faultAt(9, STORE));
    expect([stage.kernel.lastFault, stage.counters.hugeSplits, stage.sizes(1)[0]]).toEqual([
      'spurious',
      0,
      512,
    ]);
  });
});
