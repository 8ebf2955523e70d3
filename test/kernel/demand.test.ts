import { describe, expect, it } from 'vitest';
import { LOAD, STORE, USER } from '../../src/core/access.ts';
import { InputError } from '../../src/core/errors.ts';
import { DemandKernel, type DemandSettings } from '../../src/kernel/demand.ts';
import { FrameOrder } from '../../src/kernel/frame-order.ts';
import { PhysicalMemory } from '../../src/memory/physical.ts';
import { modeNamed } from '../../src/mmu/mode/index.ts';

const PAGE = 4096;

function kernelOf(settings: Partial<DemandSettings> = {}, mode = 'x86-64') {
  const charged: number[] = [];
  const dropped: string[] = [];
  const memory = new PhysicalMemory();
  const kernel = new DemandKernel(
    memory,
    modeNamed(mode),
    {
      memoryBytes: 64 * PAGE,
      faultCycles: 100,
      frameOrder: 'sequential',
      seed: 1,
      pageShift: 0,
      ...settings,
    },
    { cause: () => 0, charge: (_cause, cycles) => void charged.push(cycles) },
    {
      invalidatePage: (asid, vpn) => void dropped.push(`${asid} ${vpn}`),
      invalidateRange: () => {},
      invalidateAsid: () => {},
      invalidateAll: () => {},
    },
  );
  const touch = (pid: number, vpn: number, access = LOAD) =>
    kernel.handleFault(pid, {
      ...{ vector: 14, code: 4, reason: 'not-present', level: 1, vpn, offset: 0, privilege: USER, step: '' },
      access: access as 0,
    } as const);
  return { kernel, memory, touch, charged, dropped };
}

describe('the demand kernel', () => {
  it('gives every page a frame of its own when it is first touched, and a table where there is none', () => {
    const { kernel, touch, charged } = kernelOf();
    expect(touch(1, 0)).toEqual({ kind: 'retry' });
    // Root, three tables below it, one page.
    expect([kernel.pageTableFrames, kernel.dataFrames, kernel.minorFaults]).toEqual([4, 1, 1]);
    touch(1, 1);
    touch(1, 512);
    expect([kernel.pageTableFrames, kernel.dataFrames]).toEqual([5, 3]);
    touch(2, 0);
    expect([kernel.pageTableFrames, kernel.dataFrames]).toEqual([9, 4]);
    expect(kernel.rootOf(1)).not.toBe(kernel.rootOf(2));
    expect(charged).toEqual([100, 100, 100, 100]);
  });

  it('writes the PTE of a page that was there again, and says that a TLB may hold the old one', () => {
    const { kernel, touch, dropped } = kernelOf({}, 'sv39');
    touch(1, 5);
    expect(dropped).toEqual([]);
    touch(1, 5, STORE);
    expect(dropped).toEqual(['1 5']);
    expect(kernel.dataFrames).toBe(1);
  });

  it('maps large pages at their own alignment, however the memory before them is used', () => {
    const { kernel, memory, touch } = kernelOf({
      memoryBytes: 4096 * PAGE,
      pageShift: 9,
      frameOrder: 'random',
    });
    touch(1, 512 * 3 + 7);
    // Root 1, PDPT 2, PD 3; the PDE of index 3 maps frame 512.
    expect([kernel.pageTableFrames, kernel.dataFrames, kernel.rootOf(1)]).toEqual([3, 512, 1]);
    expect(memory.read(3, 3 * 2) >>> 12).toBe(512);
    touch(1, 512 * 4);
    expect(memory.read(3, 4 * 2) >>> 12).toBe(1024);
  });

  it('hands out frames 1 up to the last, and then refuses with a remedy', () => {
    // 8 frames: frame 0 is unused, four are tables, three are pages.
    const { touch } = kernelOf({ memoryBytes: 8 * PAGE });
    for (const page of [0, 1, 2]) expect(touch(1, page)).toEqual({ kind: 'retry' });
    try {
      touch(1, 3);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toBe('the simulated memory of 32768 bytes is full');
      expect((error as InputError).remedy).toMatch(/--set kernel.memoryBytes=64G/);
    }
  });

  it('refuses a page size that the mode has no level for', () => {
    expect(() => kernelOf({ pageShift: -1 })).toThrow('x86-64 has no leaf of -1 bits');
  });
});

describe('the order of frames', () => {
  it.each([2, 3, 10, 64, 1000])('shuffled is every frame from 1 to the last once: %i frames', (count) => {
    const order = new FrameOrder(count, 7);
    const frames = Array.from({ length: count - 1 }, (_, i) => order.at(i + 1));
    expect([...frames].sort((a, b) => a - b)).toEqual(frames.map((_, i) => i + 1));
  });

  it('is another for another seed, the same for the same, and as they come without one', () => {
    const frames = (seed: number | null) => {
      const order = new FrameOrder(1000, seed);
      return Array.from({ length: 100 }, (_, i) => order.at(i + 1));
    };
    expect(frames(7)).toEqual(frames(7));
    expect(frames(7)).not.toEqual(frames(8));
    expect(frames(null)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    // No run of neighbours: that is what shuffling is for.
    const neighbours = frames(7).filter((frame, i, all) => i > 0 && frame === all[i - 1]! + 1);
    expect(neighbours.length).toBeLessThan(5);
  });

  it('of random frames is what a run of small pages gets', () => {
    const placed = (frameOrder: 'sequential' | 'random') => {
      const { kernel, touch } = kernelOf({ frameOrder, memoryBytes: 4096 * PAGE });
      touch(1, 0);
      return kernel.rootOf(1);
    };
    expect(placed('sequential')).toBe(1);
    expect(placed('random')).toBe(new FrameOrder(4096, 1).at(1));
  });
});

describe('pages in frames of any number', () => {
  it.each(['x86-64', 'sv39', 'sv48', 'armv8-4k-48'])(
    'are found again where they are touched again: %s',
    (mode) => {
      const memoryBytes = 2 ** 36;
      const { kernel, memory, touch } = kernelOf({ memoryBytes, frameOrder: 'random' }, mode);
      const pages = Array.from({ length: 40 }, (_, i) => i * 700);
      for (const vpn of pages) touch(1, vpn);
      const before = [kernel.pageTableFrames, kernel.dataFrames];
      // Most of 16 Mi frames have numbers that the low word of an entry does not hold.
      expect(kernel.rootOf(1)).toBeLessThan(memoryBytes / PAGE);
      for (const vpn of pages) touch(1, vpn, STORE);
      expect([kernel.pageTableFrames, kernel.dataFrames]).toEqual(before);
      const { format, levels, pteBytes, indexBits } = modeNamed(mode);
      const frames = pages.map((vpn) => {
        let table = kernel.rootOf(1);
        for (let level = levels; ; level--) {
          const below = indexBits.slice(0, level - 1).reduce((sum, bits) => sum + bits, 0);
          const index = Math.floor(vpn / 2 ** below) % 2 ** indexBits[level - 1]!;
          const lo = memory.read(table, (index * pteBytes) / 4);
          const hi = memory.read(table, (index * pteBytes) / 4 + 1);
          expect(format.isPresent(lo, hi)).toBe(true);
          table = format.pfnOf(lo, hi);
          // RISC-V machines may leave A and D to software: a store is told of by the bit.
          if (level === 1 && mode.startsWith('sv')) expect((lo & format.dirty) !== 0).toBe(true);
          if (level === 1) return table;
        }
      });
      expect(new Set(frames).size).toBe(pages.length);
      expect(frames.some((frame) => frame >= 2 ** 20)).toBe(true);
    },
  );

  it('are clean on RISC-V until they are stored to', () => {
    const { memory, kernel, touch } = kernelOf({ pageShift: 0 }, 'sv39');
    touch(1, 0);
    const { format } = modeNamed('sv39');
    const leaf = () => {
      let table = kernel.rootOf(1);
      for (let level = 3; level > 1; level--)
        table = format.pfnOf(memory.read(table, 0), memory.read(table, 1));
      return memory.read(table, 0);
    };
    expect(leaf() & format.dirty).toBe(0);
    touch(1, 0, STORE);
    expect(leaf() & format.dirty).not.toBe(0);
  });
});
