import { STORE } from '../../src/core/access.ts';
import type { Fault } from '../../src/core/fault.ts';
import type { CycleSink } from '../../src/core/kernel-port.ts';
import { PARTS, type PartCosts } from '../../src/kernel/cost/parts.ts';
import type { KernelCounters } from '../../src/kernel/counters.ts';
import type { LinuxKernel } from '../../src/kernel/linux.ts';
import {
  type Bill,
  exitBill,
  type FaultedFile,
  faultBill,
  fetched,
  forkBill,
  freed,
  protectBill,
  sum,
  tablesForked,
  unmapBill,
  writeBackBill,
  zapBill,
} from '../oracle/kernel-bill.ts';
import { changedEntries, type KernelView, piecesOf, type Space, viewOf } from '../oracle/kernel-view.ts';

/** Every part for one cycle a unit, so that a ledger line is a number of units. */
export const ONE_EACH = Object.fromEntries(PARTS.map((part) => [part, 1])) as PartCosts;

/** A ledger of one operation: units by part, whatever the operation is called. */
export class Book implements CycleSink {
  private readonly names: string[] = [];
  units: Record<string, number> = {};
  /** What another core did meanwhile. */
  hidden: Record<string, number> = {};

  cause(name: string): number {
    return this.names.push(name) - 1;
  }

  charge(cause: number, cycles: number): void {
    this.#add(this.units, cause, cycles);
  }

  hide(cause: number, cycles: number): void {
    this.#add(this.hidden, cause, cycles);
  }

  #add(units: Record<string, number>, cause: number, cycles: number): void {
    const part = this.names[cause]!.split('.').at(-1)!;
    units[part] = (units[part] ?? 0) + cycles;
  }

  of(part: string): number {
    return this.units[part] ?? 0;
  }
}

/** Bits of src/kernel/vma/flags.ts by value. */
const LOCKED = 32;
const DONTCOPY = 256;
const WIPEONFORK = 512;
const EXEC_ONLY = 16384;

type Counted = Partial<Record<keyof KernelCounters, number>>;

/** What an operation must have been charged and counted. Nothing is said of `open` parts. */
interface Expected {
  readonly bill: Bill;
  readonly open?: readonly string[];
  readonly counted?: Counted;
}

/** Parts of which nothing is said where the work depends on what no table shows. */
const ALL_BUT = (...parts: string[]): string[] =>
  PARTS.filter((part) => !['syscall', 'exception', ...parts].includes(part));

const call = (...bills: Bill[]): Bill => sum({ syscall: 1 }, ...bills);

/**
 * Watches a kernel whose ledger is `book` and whose every price is 1: what a fault or call was charged is compared with
 * what the tables say was done, and the counters with the charges. Returns the list that differences are added to.
 */
export function auditBills(kernel: LinuxKernel, book: Book): string[] {
  const wrong: string[] = [];
  const expectEqual = (what: string, got: number, expected: number): void => {
    if (got !== expected) wrong.push(`${what}: ${got}, not ${expected}`);
  };

  /** A method of the kernel, checked. `expected` sees what was there before and after, and who was asked. */
  function watch<A extends [unknown, ...unknown[]], R>(
    name: string,
    method: (...args: A) => R,
    expected: (before: KernelView, after: KernelView, args: A, result: R) => Expected,
  ): (...args: A) => R {
    return (...args) => {
      const before = viewOf(kernel);
      const then: Record<string, unknown> = { ...kernel.state.counters };
      book.units = {};
      const result = method.apply(kernel, args);
      const after = viewOf(kernel);
      const { bill, open = [], counted = {} } = expected(before, after, args, result);
      const said = `${name} ${args.slice(1).map((arg) => JSON.stringify(arg))}`;
      for (const part of new Set([...Object.keys(bill), ...Object.keys(book.units)]))
        if (!open.includes(part)) expectEqual(`${said}: ${part}`, book.of(part), bill[part] ?? 0);
      expectEqual(
        `${said}: cycles`,
        kernel.lastCycles,
        Object.values(book.units).reduce((a, b) => a + b, 0),
      );
      for (const [counter, units] of Object.entries({ ...counted, ...charged(book) }) as [
        keyof Counted,
        number,
      ][])
        expectEqual(
          `${said}: ${counter}`,
          (kernel.state.counters[counter] as number) - (then[counter] as number),
          units,
        );
      for (const [what, got, is] of levels(kernel, then, after)) expectEqual(`${said}: ${what}`, got, is);
      return result;
    };
  }

  const spaceOf = (view: KernelView, pid: number): Space => view.spaces.get(kernel.process(pid).mm.id)!;

  kernel.handleFault = watch('fault', kernel.handleFault, (before, after, [pid, fault]) =>
    expectedOfFault(kernel, book, pid, fault, [before, after]),
  );
  kernel.munmap = watch('munmap', kernel.munmap, (before, after, [pid, vpn, pages]) => ({
    bill: call(unmapBill(spaceOf(before, pid), vpn, vpn + pages), freed(before, after)),
  }));
  kernel.mprotect = watch('mprotect', kernel.mprotect, (before, after, [pid, vpn, pages, prot]) => {
    wrong.push(
      ...changedEntries(spaceOf(before, pid), spaceOf(after, pid)).map((page) => `mprotect changed ${page}`),
    );
    const access = [...prot].reduce((bits, letter) => bits | ({ r: 1, w: 2, x: 4 }[letter] ?? 0), 0);
    const wanted = access === 4 ? access | EXEC_ONLY : access;
    const bill = protectBill(spaceOf(before, pid), vpn, vpn + pages, wanted, 7 | EXEC_ONLY);
    // Locked memory that becomes writable is populated.
    const locked = piecesOf(spaceOf(before, pid), vpn, vpn + pages).some(({ flags }) => flags & LOCKED);
    return { bill: call(bill), open: locked ? ALL_BUT('vmaEdit', 'protectPte') : [] };
  });
  kernel.fork = watch('fork', kernel.fork, (before, after, [pid, child]) => {
    const { mm } = kernel.process(child);
    expectEqual('resident peak of a child', mm.residentPeak, mm.resident);
    const [parent, copy] = [spaceOf(after, pid), after.spaces.get(mm.id)!];
    wrong.push(...changedEntries(spaceOf(before, pid), parent).map((page) => `fork changed ${page}`));
    wrong.push(...changedEntries(parent, copy, true).map((page) => `the child's ${page} is another`));
    const bill = forkBill(copy);
    return {
      bill: call(bill),
      counted: {
        forks: 1,
        ptesCopied: bill.forkPte!,
        hugePtesCopied: bill.forkHuge!,
        tablesCopied: tablesForked(
          spaceOf(before, pid),
          ({ flags }) => (flags & (DONTCOPY | WIPEONFORK)) === 0,
        ),
      },
    };
  });
  kernel.exit = watch('exit', kernel.exit, (before, after, [pid]) => {
    const space = before.spaces.get(kernel.process(pid).mm.id);
    return { bill: space ? call(exitBill(space), freed(before, after)) : call() };
  });
  kernel.madvise = watch('madvise', kernel.madvise, (before, after, [pid, vpn, pages, advice]) => {
    const pieces = piecesOf(spaceOf(before, pid), vpn, vpn + pages);
    if (advice === 'dontneed') {
      const locked = pieces.findIndex(({ flags }) => flags & LOCKED);
      const done = locked < 0 ? pieces : pieces.slice(0, locked);
      const zapped = done.map(({ start, end }) => zapBill(spaceOf(before, pid), start, end));
      return { bill: call(...zapped, freed(before, after)) };
    }
    if (advice.startsWith('populate')) {
      const tried = book.of('gup');
      return { bill: call({ gup: tried, tableWalk: tried }), open: ALL_BUT('gup', 'tableWalk') };
    }
    if (['collapse', 'free', 'remove', 'pageout', 'cold', 'willneed'].includes(advice))
      return { bill: call(), open: ALL_BUT() };
    // A flag: a boundary may come to lie within a huge page.
    return { bill: call(), open: ['hugeSplit', 'flushPage'] };
  });
  kernel.mmap = watch(
    'mmap',
    kernel.mmap,
    (before, after, [pid, { vpn, pages, populate, locked }], error) => {
      if (error) return { bill: call() };
      const done = unmapBill(spaceOf(before, pid), vpn, vpn + pages);
      // What is populated comes by faults without an exception, each charged by get_user_pages too.
      if (populate || locked) return { bill: populated(book, done, { vmaEdit: 1 }), open: FAULTS };
      return { bill: call(done, { vmaEdit: 1 }, freed(before, after)) };
    },
  );
  kernel.mlock = watch('mlock', kernel.mlock, () => ({
    bill: populated(book),
    open: [...FAULTS, 'hugeSplit'],
  }));
  kernel.munlock = watch('munlock', kernel.munlock, () => ({
    bill: call(),
    open: ['hugeSplit', 'flushPage'],
  }));
  kernel.mremap = watch('mremap', kernel.mremap, (before, _after, [pid, request], error) => {
    const { vpn, pages, newPages, to, dontUnmap } = request;
    const space = spaceOf(before, pid);
    const kept = Math.min(pages, newPages);
    const moved = to === undefined ? [] : piecesOf(space, vpn, vpn + kept);
    const sources = piecesOf(space, vpn, vpn + pages);
    const left = dontUnmap ? [] : sources;
    const replaced = to === undefined ? [] : piecesOf(space, to, to + newPages);
    const shrunk = to === undefined && newPages < pages ? piecesOf(space, vpn + newPages, vpn + pages) : [];
    const edits = 1 + replaced.length + (to === undefined ? shrunk.length : left.length);
    // A move across a boundary that shrinks meets one VMA twice.
    const twice = to !== undefined && newPages < pages && !dontUnmap && kept > 0 ? 1 : 0;
    const bill = call({
      vmaEdit: edits + twice,
      movePte: moved.reduce((sum, { start, end }) => sum + end - start, 0),
    });
    const known = error || sources.length > 1 ? [] : ['vmaEdit', 'movePte'];
    return { bill, open: ALL_BUT(...known) };
  });
  kernel.fsync = watch('fsync', kernel.fsync, (before, _after, [file]) => ({
    bill: call(file.fs === 'ext4' ? writeBackBill(before, file.id) : {}),
  }));
  return wrong;
}

/** Parts of the faults that populate memory. */
const FAULTS = ALL_BUT('gup', 'tableWalk', 'vmaEdit', 'unmapBase', 'zapPte', 'zapHuge');

/** A call that populates memory: each fault is one look-up and one page of get_user_pages. */
function populated(book: Book, ...bills: Bill[]): Bill {
  return call({ gup: book.of('tableWalk'), tableWalk: book.of('gup') }, ...bills);
}

/** Counters that go with a charge. */
function charged(book: Book): Counted {
  return {
    flushPages: book.of('flushPage'),
    flushFull: book.of('flushFull'),
    hugeSplits: book.of('hugeSplit'),
    bytesZeroed: 4096 * book.of('zero') + 2 ** 21 * book.of('hugeZero'),
    bytesCopied: 4096 * book.of('copy') + 2 ** 21 * book.of('hugeCopy'),
  };
}

/** What exists now and its peaks: the kernel's number, and ours. */
function levels(
  { state }: LinuxKernel,
  then: Readonly<Record<string, unknown>>,
  after: KernelView,
): [string, number, number][] {
  const { counters, buddy } = state;
  let tables = 0;
  for (const space of after.spaces.values()) tables += space.tables + 1;
  return [
    ['tables', counters.tables, tables],
    ['peak of tables', counters.tablesPeak, Math.max(then.tablesPeak as number, counters.tablesPeak, tables)],
    [
      'peak of frames',
      counters.framesPeak,
      Math.max(then.framesPeak as number, counters.framesPeak, buddy.usedFrames),
    ],
  ];
}

function expectedOfFault(
  kernel: LinuxKernel,
  book: Book,
  pid: number,
  fault: Fault,
  [before, after]: readonly [KernelView, KernelView],
): Expected {
  const { mm } = kernel.process(pid);
  const vma = mm.vmas.find(fault.vpn);
  const kind = kernel.lastFault;
  const entry = { exception: 1, vmaLookup: 1 };
  if (!kind)
    return {
      bill: entry,
      open: vma ? ALL_BUT('vmaLookup') : [],
      counted: { signals: 1, minor: 0, major: 0 },
    };
  const was = before.spaces.get(mm.id)!;
  const is = after.spaces.get(mm.id)!;
  const file: FaultedFile = {
    id: vma!.file?.id ?? 0,
    ext4: vma!.file?.fs === 'ext4',
    index: fault.vpn - vma!.start + vma!.pgoff,
  };
  const base = sum(entry, { tableWalk: 1, tableAllocate: is.tables - was.tables });
  if (kind === 'file')
    return expectedOfRead(book, base, is.leaves.size - was.leaves.size, file, [before, after]);
  const work = faultBill(kind, [was, is], fault.vpn, fault.access === STORE, file, [before, after]);
  return { bill: sum(base, work, freed(before, after)) };
}

/** A read of a file: fault-around maps what is cached, or the page is mapped alone; one that was read in is looked up again. */
function expectedOfRead(
  book: Book,
  base: Bill,
  mapped: number,
  file: FaultedFile,
  views: readonly [KernelView, KernelView],
): Expected {
  const alone = book.of('pteWrite');
  const cached = views[0].cached.get(file.id)!.has(file.index);
  const work = { faultAround: mapped - alone, pteWrite: alone, refcount: alone };
  const bill = sum(base, fetched(file, ...views), work);
  if (cached && !alone && book.of('io') === 0 && book.of('pageCache') === 1)
    return { bill: sum(bill, { pageCache: 1, fileSystem: file.ext4 ? 1 : 0 }) };
  if (!file.ext4) return { bill, open: ['pageCache'] };
  // Each look around asks the file system; one look-up more is for the page itself.
  const arounds = book.of('fileSystem');
  return {
    bill: sum(bill, { pageCache: arounds + 1, fileSystem: arounds }),
    open: cached ? ['pageCache'] : [],
  };
}
