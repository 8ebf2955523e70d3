import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FrameTable,
  PG_ANON,
  PG_EXCLUSIVE,
  PG_LARGE,
  PG_SWAPBACKED,
} from '../../../src/kernel/frame/frames.ts';
import { LinuxKernel } from '../../../src/kernel/linux.ts';
import { COPIED_SHIFT, copyOrdinary, PASSED_MASK } from '../../../src/kernel/pagetable/copy-ordinary.ts';
import { PteOps } from '../../../src/kernel/pagetable/pte.ts';
import { PageTables } from '../../../src/kernel/pagetable/table.ts';
import { VM_READ, VM_WRITE } from '../../../src/kernel/vma/flags.ts';
import { PhysicalMemory } from '../../../src/memory/physical.ts';
import { modeNamed } from '../../../src/mmu/mode/index.ts';
import { entryCopierIn } from '../../../src/sim/accelerator/entry-copier.ts';
import { SharedMemory } from '../../../src/sim/accelerator/memory.ts';
import { ordinaryPrefix, type SlowEntry, type SlowPage, shareEach } from '../../oracle/fork-entry.ts';

const FRAMES = 1024;
const PARENT = 1;
const CHILD = 2;
const shared = new SharedMemory();
const inWasm = entryCopierIn(shared);
const full = new SharedMemory();

const entry = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('anonymous' as const) },
    { weight: 1, arbitrary: fc.constantFrom('empty', 'swap', 'prot-none', 'file', 'anonymous-large') },
  ),
  pfn: fc.integer({ min: 16, max: FRAMES - 1 }),
  written: fc.boolean(),
  young: fc.boolean(),
}) as fc.Arbitrary<SlowEntry>;

/** A page is of one kind wherever it is mapped. */
const entries = fc.array(entry, { minLength: 1, maxLength: 200 }).map((list) => {
  const kinds = new Map<number, SlowEntry['kind']>();
  return list.map((one) => {
    if (one.kind === 'empty' || one.kind === 'swap') return one;
    if (!kinds.has(one.pfn)) kinds.set(one.pfn, one.kind);
    return { ...one, kind: kinds.get(one.pfn)! };
  });
});

const memories = {
  host: new PhysicalMemory(),
  shared: new PhysicalMemory(shared),
  full: new PhysicalMemory(full),
};
memories.full.slab(PARENT);
const frameTables = { host: new FrameTable(), shared: new FrameTable(shared), full: new FrameTable(full) };
while (full.addressOf(full.int32(4)) !== 0);

const cases = [
  { loop: 'TypeScript', copier: copyOrdinary, place: 'host', mode: 'x86-64' },
  { loop: 'TypeScript', copier: copyOrdinary, place: 'host', mode: 'sv39' },
  { loop: 'TypeScript', copier: copyOrdinary, place: 'host', mode: 'sv32' },
  { loop: 'WebAssembly', copier: inWasm, place: 'shared', mode: 'x86-64' },
  { loop: 'WebAssembly', copier: inWasm, place: 'shared', mode: 'sv48' },
  { loop: 'WebAssembly, which leaves 32-bit entries', copier: inWasm, place: 'shared', mode: 'sv32' },
  { loop: 'WebAssembly, which leaves what lies elsewhere', copier: inWasm, place: 'host', mode: 'x86-64' },
  {
    loop: 'WebAssembly without room for its rule',
    copier: entryCopierIn(full),
    place: 'full',
    mode: 'x86-64',
  },
] as const;

describe.each(cases)(
  '$loop, $mode: the loop of fork over ordinary pages',
  ({ copier, place, mode: name }) => {
    const mode = modeNamed(name);
    const pte = new PteOps(mode);
    const memory = memories[place];
    const tables = new PageTables(memory, mode, pte);
    const frames = frameTables[place];
    frames.ensure(FRAMES);

    it('shares each anonymous page up to the first entry of another kind, and touches nothing beyond', () => {
      fc.assert(
        fc.property(entries, (list) => {
          memory.release(PARENT);
          memory.release(CHILD);
          const slab = memory.slab(PARENT);
          const copies = memory.slab(CHILD);
          const from = memory.base(PARENT);
          const to = memory.base(CHILD);
          const pages = new Map<number, SlowPage>();
          for (const [i, one] of list.entries()) {
            tables.set({ slab, at: from + i * tables.step, table: PARENT, level: 1 }, ...wordsOf(one, pte));
            setFlags(frames, one, pages);
          }
          const passed = ordinaryPrefix(list);
          shareEach(passed, pages);

          const result = copier(tables, frames, slab, from, copies, to, list.length);

          expect(result & PASSED_MASK).toBe(passed.length);
          expect(result >>> COPIED_SHIFT).toBe(passed.filter(({ kind }) => kind === 'anonymous').length);
          for (const [i, one] of list.entries()) {
            const at = i * tables.step;
            const [lo, hi] = wordsOf(one, pte);
            const wasPassed = i < passed.length && one.kind === 'anonymous';
            const left = wasPassed ? wordsOf({ ...one, written: false }, pte)[0] : lo;
            expect(slab[from + at]).toBe(left);
            expect(copies[to + at]).toBe(
              wasPassed ? wordsOf({ ...one, written: false, young: false }, pte)[0] : 0,
            );
            if (!tables.wide) continue;
            expect(slab[from + at + 1]).toBe(hi);
            expect(copies[to + at + 1]).toBe(wasPassed ? hi : 0);
          }
          for (const [pfn, { references, mappings, exclusive }] of pages) {
            expect(frames.refcount[pfn]).toBe(references);
            expect(frames.mapcount[pfn]).toBe(mappings);
            expect(frames.has(pfn, PG_EXCLUSIVE)).toBe(exclusive);
            expect(frames.has(pfn, PG_SWAPBACKED)).toBe(true);
          }
        }),
        { numRuns: 60 },
      );
    });
  },
);

describe('a kernel on shared memory', () => {
  it('knows as many frames, and reclaims in the same order, as one on memory of its own', () => {
    const [own, ours] = [undefined, new SharedMemory()].map((memory) => {
      const kernel = new LinuxKernel({
        memory: new PhysicalMemory(memory),
        mode: modeNamed('x86-64'),
        memoryBytes: 8 * 2 ** 20,
        swapBytes: 64 * 2 ** 20,
        ...(memory && { copyEntries: entryCopierIn(memory) }),
      });
      kernel.createProcess(1);
      kernel.mmap(1, { vpn: 0x1000, pages: 1500, prot: 'rw', shared: false, populate: true });
      kernel.fork(1, 2);
      kernel.mmap(2, { vpn: 0x9000, pages: 1500, prot: 'rw', shared: false, populate: true });
      const { frames, counters, swap, reclaimHand } = kernel.state;
      const { length } = frames;
      const columns = [frames.flags, frames.refcount, frames.mapcount].map((column) => [
        ...column.subarray(0, length),
      ]);
      return { length, columns, counters, swapped: swap.used, reclaimHand };
    });
    expect(ours).toEqual(own);
    expect(own?.swapped).toBeGreaterThan(900);
  });
});

/** The words of an entry as the kernel would write it: pages are private, readable and writable. */
function wordsOf({ kind, pfn, written, young }: SlowEntry, pte: PteOps): [lo: number, hi: number] {
  const flags = kind === 'prot-none' ? 0 : VM_READ | VM_WRITE;
  switch (kind) {
    case 'empty':
      return [0, 0];
    case 'swap':
      return [pte.swapLo(pfn, true), pte.swapHi(pfn)];
    default: {
      const lo = pte.leafLo(pfn, flags, written && kind === 'anonymous', true, 1);
      return [young ? lo : lo & ~pte.accessed, pte.leafHi(pfn, flags, 1)];
    }
  }
}

function setFlags(frames: FrameTable, { kind, pfn }: SlowEntry, pages: Map<number, SlowPage>): void {
  if (kind === 'empty' || kind === 'swap') return;
  const anonymous = kind === 'file' ? 0 : PG_ANON | PG_EXCLUSIVE;
  frames.flags[pfn] = anonymous | PG_SWAPBACKED | (kind === 'anonymous-large' ? PG_LARGE : 0);
  frames.refcount[pfn] = frames.mapcount[pfn] = 1;
  pages.set(pfn, { references: 1, mappings: 1, exclusive: anonymous !== 0 });
}
