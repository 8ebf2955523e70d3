import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { brokenLaws } from '../oracle/kernel-conservation.ts';

const A = 0x100000000;
const PAGES = 24;
const ACCESS = ['none', 'r', 'rw', 'rx', 'x', 'rwx'] as const;

/** What is known of a page that a VMA covers; two neighbours belong to one VMA when they agree. */
interface Page {
  readonly prot: string;
  readonly shared: boolean;
  /** -1 for anonymous memory. */
  readonly file: number;
  /** Page of the file less page number. */
  readonly shift: number;
  readonly advice: string;
  readonly fork: boolean;
  /** Counts against the commit limit: private memory that was writable once (VM_ACCOUNT). */
  readonly account: boolean;
}

const agree = (a: Page | undefined, b: Page | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The VMAs that memory consists of, page by page: the longest runs that agree. */
function runs(pages: readonly (Page | undefined)[]): [start: number, end: number][] {
  const found: [number, number][] = [];
  for (let page = 0; page < pages.length; page++) {
    if (!pages[page]) continue;
    const last = found.at(-1);
    if (last?.[1] === page && agree(pages[page - 1], pages[page])) last[1]++;
    else found.push([page, page + 1]);
  }
  return found;
}

const range = fc
  .tuple(fc.nat(PAGES - 1), fc.integer({ min: 1, max: 10 }))
  .map(([from, count]) => ({ from, to: Math.min(from + count, PAGES) }));

const step = fc.record({
  kind: fc.constantFrom('mmap', 'mmap', 'mmap', 'munmap', 'mprotect', 'mprotect', 'madvise', 'fork', 'move'),
  range,
  prot: fc.constantFrom(...ACCESS),
  shared: fc.boolean(),
  file: fc.constantFrom(-1, -1, 0, 1),
  shift: fc.constantFrom(100, 100, 110),
  advice: fc.constantFrom('normal', 'random', 'sequential'),
  fork: fc.boolean(),
  to: fc.nat(PAGES - 1),
});

function mapped(prot: string, shared: boolean, file: number, shift: number): Page {
  const account = prot.includes('w') && !shared;
  return { prot, shared, file, shift: file < 0 ? 0 : shift, advice: 'normal', fork: true, account };
}

/** mprotect_fixup: memory that becomes writable is accounted for; anonymous memory that stops to be so is not. */
function protectedTo(page: Page, prot: string): Page {
  if (page.prot === prot) return page;
  const writable = prot.includes('w');
  const account = writable
    ? page.account || (!page.prot.includes('w') && !page.shared)
    : page.account && page.file >= 0;
  return { ...page, prot, account };
}

describe('memory that nobody wrote to', () => {
  it('is in as few VMAs as its pages allow, after any mmap, munmap, mprotect, mremap and advice', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 30 }), (steps) => {
        const { kernel } = new ScenarioMachine();
        kernel.createProcess(1);
        const { mm } = kernel.process(1);
        const files = [0, 1].map((file) => kernel.createFile(`f${file}`, 'tmpfs', 400 * 4096));
        const pages: (Page | undefined)[] = new Array(PAGES).fill(undefined);
        for (const { kind, range, prot, shared, file, shift, advice, fork, to } of steps) {
          const { from } = range;
          // Calls stop at a hole or pass over it: ranges without holes have one meaning.
          let end = range.to;
          const hole = pages.slice(from, end).indexOf(undefined);
          if (hole >= 0 && !['mmap', 'munmap'].includes(kind)) end = from + hole;
          const count = end - from;
          if (count === 0) continue;
          const each = (then: (page: Page) => Page) => {
            for (let page = from; page < end; page++) pages[page] = then(pages[page]!);
          };
          if (kind === 'mmap') {
            // Shared memory without a file is a file of its own each time, which nothing else can join.
            const of = shared && file < 0 ? 0 : file;
            kernel.mmap(1, {
              vpn: A + from,
              pages: count,
              prot,
              shared,
              fixed: true,
              ...(of >= 0 && { file: { file: files[of]!, page: from + shift } }),
            });
            pages.fill(mapped(prot, shared, of, shift), from, end);
          } else if (kind === 'munmap') {
            kernel.munmap(1, A + from, count);
            pages.fill(undefined, from, end);
          } else if (kind === 'mprotect') {
            kernel.mprotect(1, A + from, count, prot);
            each((page) => protectedTo(page, prot));
          } else if (kind === 'madvise') {
            kernel.madvise(1, A + from, count, advice);
            each((page) => ({ ...page, advice }));
          } else if (kind === 'fork') {
            kernel.madvise(1, A + from, count, fork ? 'dofork' : 'dontfork');
            each((page) => ({ ...page, fork }));
          } else if (to + count <= PAGES && (to + count <= from || to >= end)) {
            expect(
              kernel.mremap(1, { vpn: A + from, pages: count, newPages: count, to: A + to }),
            ).toBeUndefined();
            const moved = pages.slice(from, end);
            pages.fill(undefined, from, end);
            for (const [i, page] of moved.entries())
              pages[to + i] = page && page.file >= 0 ? { ...page, shift: page.shift + from - to } : page;
          }
          const wanted = runs(pages);
          const got = [...mm.vmas];
          expect(got.map(({ start, end }) => [start - A, end - A])).toEqual(wanted);
          for (const [i, [start]] of wanted.entries()) {
            const page = pages[start]!;
            expect(got[i]!.file).toBe(files[page.file]);
            expect(got[i]!.pgoff).toBe(page.file < 0 ? A + start : start + page.shift);
          }
        }
        for (const file of files)
          expect([...file.mappings].sort((a, b) => a.start - b.start)).toEqual(
            [...mm.vmas].filter((vma) => vma.file === file),
          );
      }),
      { numRuns: 60 },
    );
  });
});

describe('memory that was written to', () => {
  const machine = () => {
    const on = new ScenarioMachine();
    const { kernel } = on;
    kernel.createProcess(1);
    const map = (page: number, pages: number, prot = 'rw') =>
      kernel.mmap(1, { vpn: A + page, pages, prot, shared: false });
    const store = (page: number) =>
      kernel.writeMemory(on.access(1, A + page, 0, true) as number, 0, page + 1);
    const load = (page: number) => kernel.readMemory(on.access(1, A + page, 0, false) as number, 0);
    const areas = () => [...kernel.process(1).mm.vmas].map(({ start, end }) => [start - A, end - A]);
    return { on, kernel, map, store, load, areas };
  };

  it('joins a neighbour on one side only where the two sides have pages of their own each (is_mergeable_anon_vma)', () => {
    const { kernel, map, store, load, areas } = machine();
    map(0, 2);
    map(4, 2);
    for (const page of [0, 4]) store(page);
    map(2, 2);
    // The middle fits both, but they do not fit each other: it goes to the lower one.
    expect(areas()).toEqual([
      [0, 4],
      [4, 6],
    ]);
    store(2);
    expect([load(0), load(2), load(4), brokenLaws(kernel)]).toEqual([1, 3, 5, []]);
    kernel.munmap(1, A, 3);
    expect([areas(), load(4)]).toEqual([
      [
        [3, 4],
        [4, 6],
      ],
      5,
    ]);
  });

  it('joins both where one of them alone has pages', () => {
    for (const written of [0, 4]) {
      const { map, store, areas } = machine();
      map(0, 2);
      map(4, 2);
      store(written);
      map(2, 2);
      expect(areas()).toEqual([[0, 6]]);
    }
  });

  it('shares the list of a neighbour that differs in its rights alone, so that mprotect can join them later', () => {
    const { kernel, map, store, areas } = machine();
    map(0, 2);
    map(2, 2, 'rwx');
    store(0);
    store(2);
    kernel.mprotect(1, A + 2, 2, 'rw');
    expect([areas(), brokenLaws(kernel)]).toEqual([[[0, 4]], []]);
  });

  it('does not share it with one that differs in more', () => {
    const { kernel, map, store, areas } = machine();
    map(0, 2);
    map(2, 2, 'rwx');
    kernel.madvise(1, A + 2, 2, 'random');
    store(0);
    store(2);
    kernel.madvise(1, A + 2, 2, 'normal');
    kernel.mprotect(1, A + 2, 2, 'rw');
    expect(areas()).toEqual([
      [0, 2],
      [2, 4],
    ]);
  });

  it('is found by its reverse mapping wherever joining, splitting and moving have brought it', () => {
    const { on, kernel, map, store, load } = machine();
    map(0, 8);
    for (let page = 0; page < 8; page++) store(page);
    kernel.mprotect(1, A + 2, 2, 'r');
    kernel.mprotect(1, A + 2, 2, 'rw');
    kernel.mremap(1, { vpn: A + 4, pages: 4, newPages: 4, to: A + 100 });
    kernel.fork(1, 2);
    // Write-protected on both sides, each page can be written by each side.
    for (let page = 0; page < 4; page++) store(page);
    for (let page = 100; page < 104; page++) expect(load(page)).toBe(page - 95);
    expect(on.access(2, A + 101, 0, true)).toBeTypeOf('number');
    expect(brokenLaws(kernel)).toEqual([]);
  });
});

describe('a boundary that moves into a huge page', () => {
  it.each(['lower', 'upper'] as const)('splits it, when the %s neighbour grows over a part of it', (side) => {
    const on = new ScenarioMachine();
    const { kernel } = on;
    kernel.createProcess(1);
    kernel.mmap(1, { vpn: A + 512, pages: 1536, prot: 'rw', shared: false });
    kernel.madvise(1, A + 512, 1536, 'hugepage');
    for (const page of [600, 1100, 1600]) kernel.writeMemory(on.access(1, A + page, 0, true) as number, 0, 9);
    const [neighbour, from, end] = side === 'lower' ? [512, 1024, 1124] : [1536, 1100, 1536];
    kernel.mprotect(1, A + neighbour, 512, 'r');
    kernel.mprotect(1, A + from, end - from, 'r');
    const areas = [...kernel.process(1).mm.vmas].map(({ start, end }) => [start - A, end - A]);
    const border = side === 'lower' ? end : from;
    expect(areas).toEqual([
      [512, border],
      [border, 2048],
    ]);
    expect([kernel.state.counters.hugeSplits, brokenLaws(kernel)]).toEqual([1, []]);
    expect(kernel.readMemory(on.access(1, A + 1100, 0, false) as number, 0)).toBe(9);
  });
});
