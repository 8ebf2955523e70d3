import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/core/ledger.ts';
import { LINUX_6_18_COSTS } from '../../../src/kernel/cost/linux-6.18.ts';
import { LINUX_6_18, type Policy } from '../../../src/kernel/policy/policy.ts';
import { ScenarioMachine } from '../../../src/sim/scenario/machine.ts';

const A = 0x100000000;
const HUGE = 0x100010000;

function machine(policy: Partial<Policy>, config = {}) {
  const ledger = new Ledger();
  const on = new ScenarioMachine({
    policy: { ...LINUX_6_18, ...policy },
    ledger,
    costs: LINUX_6_18_COSTS,
    ...config,
  });
  const { kernel } = on;
  kernel.createProcess(1);
  kernel.mmap(1, { vpn: A, pages: 64, prot: 'rw', shared: false });
  const store = (pid: number, vpn: number) => {
    on.access(pid, vpn, 0, true);
    return kernel.lastFault;
  };
  return { on, kernel, ledger, store, counters: kernel.state.counters };
}

describe('who may keep a page that is written after fork', () => {
  const afterFork = (reuse: Policy['reuse'], childCopies: boolean, childLeaves = false) => {
    const { kernel, store } = machine({ reuse });
    store(1, A);
    kernel.fork(1, 2);
    if (childCopies) store(2, A);
    if (childLeaves) kernel.exit(2);
    return store(1, A);
  };

  it.each(['never', 'mapcount', 'refcount', 'exclusive'] as const)(
    '%s: nobody while both map it',
    (reuse) => {
      expect(afterFork(reuse, false)).toBe('cowCopy');
    },
  );

  it.each([
    ['never', 'cowCopy'],
    ['mapcount', 'cowReuse'],
    ['refcount', 'cowReuse'],
    ['exclusive', 'cowReuse'],
  ] as const)('%s: the last who maps it has a %s', (reuse, kind) => {
    expect(afterFork(reuse, true)).toBe(kind);
    expect(afterFork(reuse, false, true)).toBe(kind);
  });

  it.each([
    ['mapcount', 'cowReuse'],
    ['refcount', 'cowCopy'],
    ['exclusive', 'cowCopy'],
  ] as const)('%s: a page of a huge one that nobody else maps has a %s', (reuse, kind) => {
    const { kernel, store } = machine({ reuse });
    kernel.mmap(1, { vpn: HUGE, pages: 512, prot: 'rw', shared: false });
    kernel.madvise(1, HUGE, 512, 'hugepage');
    store(1, HUGE);
    kernel.fork(1, 2);
    // Both map it by its pages; the child drops one of them. References are the folio's.
    for (const pid of [1, 2]) kernel.mprotect(pid, HUGE + 100, 1, 'r');
    kernel.munmap(2, HUGE + 7, 1);
    expect(store(1, HUGE + 7)).toBe(kind);
  });

  it('a page that has a copy on swap is not kept by its mapcount', () => {
    const { on, kernel, store } = machine({ reuse: 'mapcount' }, { swapBytes: 2 ** 20 });
    store(1, A);
    kernel.madvise(1, A, 1, 'pageout');
    kernel.fork(1, 2);
    on.access(1, A, 0, false);
    expect(store(1, A)).toBe('cowCopy');
  });
});

describe('a write to a huge page that fork shared', () => {
  const write = (huge: 'split' | 'copy') => {
    const made = machine({ granule: { ...LINUX_6_18.granule, huge } });
    const { on, kernel, store, counters } = made;
    kernel.mmap(1, { vpn: HUGE, pages: 512, prot: 'rw', shared: false });
    kernel.madvise(1, HUGE, 512, 'hugepage');
    on.kernel.writeMemory(on.access(1, HUGE + 9, 0, true) as number, 0, 77);
    kernel.fork(1, 2);
    const before = counters.bytesCopied;
    const kind = store(2, HUGE + 5);
    const seen = on.kernel.readMemory(on.access(2, HUGE + 9, 0, false) as number, 0);
    return { kind, copied: counters.bytesCopied - before, splits: counters.hugeSplits, seen };
  };

  it('copies the whole page, or splits it and copies 4 KiB, as the policy says', () => {
    expect(write('copy')).toEqual({ kind: 'hugeCopy', copied: 2 ** 21, splits: 0, seen: 77 });
    expect(write('split')).toEqual({ kind: 'cowCopy', copied: 4096, splits: 1, seen: 77 });
  });
});

describe('other CPUs that run in the address space', () => {
  const protect = (shootdown: Partial<Policy['shootdown']>, pages: number) => {
    const made = machine({ shootdown: { ...LINUX_6_18.shootdown, cpus: 4, idleCpus: 1, ...shootdown } });
    const { kernel, store, counters, ledger } = made;
    for (let page = 0; page < 64; page++) store(1, A + page);
    ledger.reset();
    const before = { ...counters };
    kernel.mprotect(1, A, pages, 'r');
    const lines = ledger.lines();
    return {
      ipis: counters.ipis - before.ipis,
      full: counters.flushFull - before.flushFull,
      ranges: counters.flushRanges - before.flushRanges,
      pages: counters.flushPages - before.flushPages,
      ipiCycles: lines['kernel.mprotect.ipi'] ?? 0,
      ipiBase: lines['kernel.mprotect.ipiBase'] ?? 0,
      deferred: lines['kernel.mprotect.deferFlush'] ?? 0,
    };
  };
  // 2445 cycles for the first interrupt, 489 for each; 320 for a note that is read in time.
  const none = { ipis: 0, ipiCycles: 0, ipiBase: 0, deferred: 0 };
  const all = { ipis: 4, ipiCycles: 4 * 489, ipiBase: 2445, deferred: 0 };

  it('are interrupted, all of them, page by page up to the threshold and wholly above it', () => {
    const rule = 'range';
    expect(protect({ rule, threshold: 33 }, 33)).toEqual({ ...all, full: 0, ranges: 1, pages: 33 });
    expect(protect({ rule, threshold: 33 }, 34)).toEqual({ ...all, full: 1, ranges: 0, pages: 0 });
  });

  it('are told to drop everything whatever the range, by broadcast', () => {
    expect(protect({ rule: 'broadcast' }, 1)).toEqual({ ...all, full: 1, ranges: 0, pages: 0 });
  });

  it('are told to drop everything for a single page that was copied too, by broadcast', () => {
    const { kernel, store, counters } = machine({
      shootdown: { ...LINUX_6_18.shootdown, rule: 'broadcast', cpus: 2 },
    });
    store(1, A);
    kernel.fork(1, 2);
    const { flushFull, flushPages, ipis } = counters;
    expect(store(1, A)).toBe('cowCopy');
    expect([counters.flushFull - flushFull, counters.flushPages - flushPages, counters.ipis - ipis]).toEqual([
      1, 0, 2,
    ]);
  });

  it('are left alone where they idle, by the lazy rule', () => {
    const three = { ipis: 3, ipiCycles: 3 * 489, ipiBase: 2445, deferred: 0 };
    expect(protect({ rule: 'lazy' }, 2)).toEqual({ ...three, full: 0, ranges: 1, pages: 2 });
    expect(protect({ rule: 'lazy', idleCpus: 4 }, 2)).toEqual({ ...none, full: 0, ranges: 1, pages: 2 });
  });

  it('read a note in time instead, by LATR', () => {
    expect(protect({ rule: 'latr' }, 2)).toEqual({ ...none, deferred: 320, full: 0, ranges: 1, pages: 2 });
  });

  it('need nothing where there are none', () => {
    expect(protect({ cpus: 0 }, 2)).toEqual({ ...none, full: 0, ranges: 1, pages: 2 });
  });
});
