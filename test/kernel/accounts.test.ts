import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/core/ledger.ts';
import { LINUX_6_18_COSTS } from '../../src/kernel/cost/linux-6.18.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { brokenLaws } from '../oracle/kernel-conservation.ts';

const A = 0x100000000;
const MIB = 2 ** 20;

function machine(config = {}) {
  const on = new ScenarioMachine(config);
  const { kernel } = on;
  kernel.createProcess(1);
  const { mm } = kernel.process(1);
  const map = (vpn: number, pages: number, more = {}) =>
    kernel.mmap(1, { vpn, pages, prot: 'rw', shared: false, ...more });
  const store = (page: number, pid = 1) => {
    const frame = on.access(pid, A + page, 0, true) as number;
    kernel.writeMemory(frame, 0, 7);
    return frame;
  };
  const load = (page: number, pid = 1) => kernel.readMemory(on.access(pid, A + page, 0, false) as number, 0);
  return { on, kernel, mm, map, store, load, counters: kernel.state.counters };
}

describe('locked memory (VmLck)', () => {
  it('grows and shrinks with mlock and munlock, page by page, and not twice for the same pages', () => {
    const { kernel, mm, map } = machine();
    map(A, 10);
    kernel.mlock(1, A, 4);
    kernel.mlock(1, A + 2, 4);
    expect(mm.lockedPages).toBe(6);
    kernel.munlock(1, A + 1, 2);
    expect(mm.lockedPages).toBe(4);
    kernel.munlock(1, A, 10);
    expect(mm.lockedPages).toBe(0);
  });

  it('shrinks with what is unmapped of it, and with nothing else', () => {
    const { kernel, mm, map } = machine();
    map(A, 10);
    map(A + 20, 10, { locked: true });
    expect(mm.lockedPages).toBe(10);
    kernel.munmap(1, A, 10);
    expect(mm.lockedPages).toBe(10);
    kernel.munmap(1, A + 25, 10);
    expect(mm.lockedPages).toBe(5);
  });

  it('moves and grows with mremap', () => {
    const { kernel, mm, map } = machine();
    map(A, 10, { locked: true });
    kernel.mremap(1, { vpn: A, pages: 10, newPages: 12 });
    expect(mm.lockedPages).toBe(12);
    // What was added is present at once, as the rest is.
    expect(mm.anonPages).toBe(12);
    kernel.mremap(1, { vpn: A, pages: 12, newPages: 15, to: A + 100 });
    expect([mm.lockedPages, mm.anonPages]).toEqual([15, 15]);
    kernel.mremap(1, { vpn: A + 100, pages: 15, newPages: 15, to: A + 200, dontUnmap: true });
    // The pages moved; the old range is not locked any more, the new one is (dontunmap_complete).
    expect(mm.lockedPages).toBe(15);
  });

  it('is ENOMEM at a hole; what lies before it is locked', () => {
    const { kernel, mm, map } = machine();
    map(A, 2);
    map(A + 4, 2);
    expect(kernel.mlock(1, A, 6)).toBe('ENOMEM');
    expect(mm.lockedPages).toBe(2);
    expect(kernel.munlock(1, A, 6)).toBe('ENOMEM');
    expect(mm.lockedPages).toBe(0);
  });
});

describe('MADV_PAGEOUT', () => {
  it('leaves alone what others map too, and the zero page', () => {
    const { kernel, map, store, load, counters } = machine({ swapBytes: MIB });
    map(A, 10);
    for (const page of [0, 1, 2]) store(page);
    load(5);
    kernel.fork(1, 2);
    store(1, 2);
    kernel.madvise(1, A, 10, 'pageout');
    // Page 1 has been copied by the child: the parent's is its own again.
    expect(counters.swappedOut).toBe(1);
    expect([load(0), load(1), load(2), load(5)]).toEqual([7, 7, 7, 0]);
  });

  const huge = (config = {}) => {
    const made = machine({ swapBytes: 16 * MIB, ...config });
    made.map(A, 1024);
    made.kernel.madvise(1, A, 1024, 'hugepage');
    made.store(3);
    return made;
  };

  it('splits a huge page first; of one that it covers in part, only that part goes', () => {
    const { kernel, mm, store, counters } = huge();
    for (const page of [0, 1, 2, 100]) store(page);
    kernel.madvise(1, A, 50, 'pageout');
    expect([counters.hugeSplits, counters.swappedOut]).toEqual([1, 4]);
    // The pages of zeros went back to the zero page; page 100 is left.
    expect([mm.swapPages, mm.anonPages]).toEqual([4, 1]);
    expect(brokenLaws(kernel)).toEqual([]);
  });

  it('leaves a huge page that others map whole', () => {
    const { kernel, counters } = huge();
    kernel.fork(1, 2);
    kernel.madvise(1, A, 512, 'pageout');
    kernel.madvise(1, A, 50, 'free');
    expect([counters.hugeSplits, counters.swappedOut]).toEqual([0, 0]);
  });
});

describe('MADV_FREE of a huge page', () => {
  const given = (pages: number) => {
    const made = machine({ swapBytes: 16 * MIB });
    made.map(A, 1024);
    made.kernel.madvise(1, A, 1024, 'hugepage');
    for (const page of [3, 400]) made.store(page);
    made.kernel.madvise(1, A, pages, 'free');
    return made;
  };

  it('as a whole keeps it in one piece until it is wanted, then drops it whole, unswapped', () => {
    const { kernel, mm, load, counters } = given(512);
    expect([counters.hugeSplits, load(3), mm.anonPages]).toEqual([0, 7, 512]);
    kernel.madvise(1, A, 512, 'pageout');
    expect([counters.swappedOut, mm.anonPages]).toEqual([0, 0]);
    expect([load(3), load(400)]).toEqual([0, 0]);
    expect(brokenLaws(kernel)).toEqual([]);
  });

  it('that is written again is no longer given up', () => {
    const { kernel, store, load } = given(512);
    store(5);
    kernel.madvise(1, A, 512, 'pageout');
    expect([load(3), load(5), load(400)]).toEqual([7, 7, 7]);
    expect(brokenLaws(kernel)).toEqual([]);
  });

  it('in part splits it, and gives up that part', () => {
    const { kernel, load, counters } = given(100);
    expect(counters.hugeSplits).toBe(1);
    kernel.madvise(1, A, 100, 'pageout');
    expect([counters.swappedOut, load(3), load(400)]).toEqual([0, 0, 7]);
    expect(brokenLaws(kernel)).toEqual([]);
  });

  it('frees the swap slots of pages that are out', () => {
    const { kernel, mm, map, store, load } = machine({ swapBytes: MIB });
    map(A, 4);
    for (const page of [0, 1]) store(page);
    kernel.madvise(1, A, 2, 'pageout');
    expect([kernel.state.swap.used, mm.swapPages]).toEqual([2, 2]);
    kernel.madvise(1, A, 1, 'free');
    expect([kernel.state.swap.used, mm.swapPages]).toEqual([1, 1]);
    expect([load(0), load(1)]).toEqual([0, 7]);
  });
});

describe('what is asked wrongly', () => {
  it('is answered with the errno of Linux', () => {
    const { kernel, map } = machine();
    map(A, 4);
    map(A + 10, 4, { shared: true });
    map(A + 20, 4, { locked: true });
    expect(kernel.munmap(1, A, 0)).toBe('EINVAL');
    expect(kernel.mremap(1, { vpn: A, pages: 4, newPages: 0 })).toBe('EINVAL');
    expect(kernel.mremap(1, { vpn: A + 50, pages: 1, newPages: 2 })).toBe('EFAULT');
    expect(kernel.mremap(1, { vpn: A + 10, pages: 4, newPages: 8 })).toBeUndefined();
    expect(kernel.mremap(1, { vpn: A, pages: 4, newPages: 4, to: A + 3 })).toBe('EINVAL');
    expect(kernel.mremap(1, { vpn: A + 3, pages: 1, newPages: 1, to: A + 2 })).toBeUndefined();
    const advise = (page: number, advice: string) => kernel.madvise(1, A + page, 1, advice);
    expect(['dontneed', 'free', 'remove', 'cold', 'pageout'].map((advice) => advise(20, advice))).toEqual(
      new Array(5).fill('EINVAL'),
    );
    expect([advise(10, 'free'), advise(10, 'wipeonfork'), advise(0, 'remove'), advise(40, 'normal')]).toEqual(
      ['EINVAL', 'EINVAL', 'EINVAL', 'ENOMEM'],
    );
    expect(() => advise(0, 'dontned')).toThrow("unknown advice 'dontned', did you mean 'dontneed'?");
    expect(() => kernel.process(9)).toThrow('no process 9');
  });

  it('is a simulated memory that is too small or too large', () => {
    for (const memoryBytes of [MIB, 2 ** 43])
      expect(() => machine({ memoryBytes })).toThrow(`a simulated memory of ${memoryBytes} bytes`);
  });
});

describe('the counters', () => {
  it('go back to zero but for the tables that exist; peaks begin anew from them', () => {
    const { map, store, counters } = machine();
    map(A, 4);
    store(0);
    const { tables } = counters;
    expect([tables, counters.minor]).toEqual([4, 1]);
    counters.reset();
    expect([counters.tables, counters.tablesPeak, counters.minor, counters.faultsByKind.demandZero]).toEqual([
      4, 4, 0, 0,
    ]);
  });

  it('know a signal from a fault that was settled', () => {
    const { on, map, store, counters } = machine();
    map(A, 4);
    store(0);
    expect(counters.signals).toBe(0);
    on.access(1, A + 50, 0, false);
    expect(counters.signals).toBe(1);
  });
});

describe('what is counted', () => {
  it('is pages on swap, for parent and child', () => {
    const { kernel, mm, map, store } = machine({ swapBytes: MIB });
    map(A, 4);
    for (const page of [0, 1, 2]) store(page);
    kernel.madvise(1, A, 2, 'pageout');
    kernel.fork(1, 2);
    expect([mm.swapPages, kernel.process(2).mm.swapPages]).toEqual([2, 2]);
    expect([mm.anonPages, kernel.process(2).mm.anonPages]).toEqual([1, 1]);
  });

  it('is the most that was ever resident', () => {
    const { kernel, mm, map, store } = machine();
    map(A, 8);
    for (let page = 0; page < 5; page++) store(page);
    kernel.munmap(1, A, 3);
    store(7);
    expect([mm.resident, mm.residentPeak]).toEqual([3, 5]);
  });

  it('is forks, not threads', () => {
    const { kernel, counters } = machine();
    kernel.fork(1, 2);
    kernel.fork(1, 3, true);
    expect(counters.forks).toBe(1);
  });

  it('is pages read from disk', () => {
    const { kernel, counters } = machine({ readAheadPages: 32 });
    const file = kernel.createFile('f', 'ext4', 64 * 4096);
    kernel.fillFile(file, () => 0);
    kernel.dropCache(file);
    kernel.fileRead(file, 0);
    expect(counters.readIn).toBe(4);
  });
});

describe('write-back', () => {
  it('protects the page where files are mapped, by their offsets, and nothing beside the mappings', () => {
    const { on, kernel, counters } = machine();
    const file = kernel.createFile('f', 'ext4', 6 * 4096);
    kernel.fillFile(file, () => 0);
    // Pages 2 and 3 of the file at A; other memory before and behind, where pages 0 and 4 of the file would be.
    kernel.mmap(1, { vpn: A - 2, pages: 2, prot: 'rw', shared: false });
    kernel.mmap(1, { vpn: A, pages: 2, prot: 'rw', shared: true, file: { file, page: 2 } });
    kernel.mmap(1, { vpn: A + 2, pages: 2, prot: 'rw', shared: false });
    const stores = () => {
      const { minflt } = kernel.process(1);
      for (let vpn = A - 2; vpn < A + 4; vpn++) on.access(1, vpn, 0, true);
      return kernel.process(1).minflt - minflt;
    };
    expect(stores()).toBe(6);
    for (const page of [0, 1, 4]) kernel.fileWrite(file, page * 4096, 1);
    kernel.fsync(file);
    expect(counters.writtenBack).toBe(5);
    // Only the two pages of the file must be told of the next write.
    expect(stores()).toBe(2);
    expect(counters.faultsByKind.mkwrite).toBe(2);
  });

  it('begins a file anew where it is written at its very end', () => {
    const { kernel } = machine();
    const file = kernel.createFile('f', 'ext4', 4096);
    kernel.fillFile(file, () => 0);
    kernel.fileWrite(file, 4096, 5);
    expect([file.bytes, kernel.fileRead(file, 4096)]).toEqual([4097, 5]);
  });
});

describe('the ledger', () => {
  it('has every call under the name it has in Linux', () => {
    const ledger = new Ledger();
    const { kernel, map } = machine({ ledger, costs: LINUX_6_18_COSTS });
    const file = kernel.createFile('f', 'ext4', 4096);
    const calls: Record<string, () => void> = {
      mmap: () => map(A, 8),
      mprotect: () => kernel.mprotect(1, A, 1, 'r'),
      madvise: () => kernel.madvise(1, A, 1, 'dontneed'),
      mremap: () => kernel.mremap(1, { vpn: A + 4, pages: 4, newPages: 2 }),
      msync: () => kernel.msync(1, A, 1, true),
      mlock: () => kernel.mlock(1, A + 1, 1),
      munlock: () => kernel.munlock(1, A + 1, 1),
      munmap: () => kernel.munmap(1, A, 8),
      brk: () => kernel.brk(1, A + 1000),
      fork: () => kernel.fork(1, 2),
      clone: () => kernel.fork(1, 3, true),
      exec: () => kernel.exec(2, 'sh'),
      exit: () => kernel.exit(2),
      read: () => kernel.fileRead(file, 0),
      write: () => kernel.fileWrite(file, 0, 1),
      truncate: () => kernel.truncate(file, 100),
      fsync: () => kernel.fsync(file),
      fadvise: () => kernel.dropCache(file),
    };
    for (const [name, call] of Object.entries(calls)) {
      ledger.reset();
      call();
      const operations = Object.keys(ledger.lines()).map((line) => line.split('.')[1]);
      expect(new Set(operations)).toEqual(new Set([name]));
      expect(ledger.lines()[`kernel.${name}.syscall`]).toBe(LINUX_6_18_COSTS.syscall);
    }
  });
});

describe('MADV_COLLAPSE', () => {
  it('makes one huge page of what small pages hold, and counts it whole', () => {
    const { kernel, mm, map, store, load, counters } = machine();
    map(A, 1024);
    for (const page of [0, 9, 511, 600]) store(page);
    expect(kernel.madvise(1, A, 512, 'collapse')).toBeUndefined();
    expect([mm.anonPages, counters.bytesCopied]).toEqual([513, 3 * 4096]);
    expect([load(0), load(1), load(9), load(511), load(600)]).toEqual([7, 0, 7, 7, 7]);
    expect(brokenLaws(kernel)).toEqual([]);
    kernel.munmap(1, A, 1024);
    expect([mm.anonPages, brokenLaws(kernel)]).toEqual([0, []]);
  });

  it('is EINVAL for memory that was never written or is a file’s, ENOMEM without memory in one piece', () => {
    const { kernel, map, store } = machine({ memoryBytes: 4 * MIB });
    map(A, 512);
    map(A + 1024, 512, { shared: true });
    expect([kernel.madvise(1, A, 512, 'collapse'), kernel.madvise(1, A + 1024, 512, 'collapse')]).toEqual([
      'EINVAL',
      'EINVAL',
    ]);
    map(A + 4096, 700);
    for (let page = 0; page < 600; page++) store(4096 + page);
    store(0);
    expect(kernel.madvise(1, A, 512, 'collapse')).toBe('ENOMEM');
    expect(brokenLaws(kernel)).toEqual([]);
  });
});

describe('mprotect of locked memory', () => {
  it('that becomes writable has pages of its own at once (mprotect_fixup populates)', () => {
    const { kernel, mm, map } = machine();
    map(A, 8, { prot: 'r', locked: true });
    expect(mm.anonPages).toBe(0);
    kernel.mprotect(1, A, 8, 'rw');
    expect(mm.anonPages).toBe(8);
  });
});

describe('a move that changes the size', () => {
  it('takes along what fits, and leaves nothing behind', () => {
    const { kernel, mm, map, store, load } = machine();
    map(A, 8);
    for (const page of [0, 3, 6]) store(page);
    expect(kernel.mremap(1, { vpn: A, pages: 8, newPages: 4, to: A + 100 })).toBeUndefined();
    expect([load(100), load(103), mm.anonPages, mm.vmas.find(A), mm.vmas.find(A + 104)]).toEqual([
      7,
      7,
      2,
      undefined,
      undefined,
    ]);
    expect(kernel.mremap(1, { vpn: A + 100, pages: 4, newPages: 10, to: A + 200 })).toBeUndefined();
    expect([load(203), load(209), mm.vmas.find(A + 209)?.end]).toEqual([7, 0, A + 210]);
    expect(brokenLaws(kernel)).toEqual([]);
  });
});
