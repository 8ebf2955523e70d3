import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CachedFile } from '../../src/kernel/vma/vma.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { brokenLaws } from '../oracle/kernel-conservation.ts';

const MIB = 2 ** 20;
/** 1,024 frames for regions of 1,600 pages, all written at the start, and a copy of the private ones for each process. */
const MEMORY = 4 * MIB;
const SWAP = 16 * MIB;

interface Region {
  readonly vpn: number;
  readonly pages: number;
  readonly shared: boolean;
  readonly file?: 'ext4' | 'tmpfs';
}

const REGIONS: readonly Region[] = [
  { vpn: 0x100000000, pages: 700, shared: false },
  { vpn: 0x100010000, pages: 400, shared: true },
  { vpn: 0x100020000, pages: 200, shared: true, file: 'ext4' },
  { vpn: 0x100030000, pages: 200, shared: true, file: 'tmpfs' },
  { vpn: 0x100040000, pages: 100, shared: false, file: 'ext4' },
];

/** What memory means without frames: the last byte stored to each page, by whom sees it. */
class Meaning {
  private readonly shared = new Map<number, number>();
  private readonly own = new Map<number, Map<number, number>>([[1, new Map()]]);

  write(pid: number, region: Region, page: number, value: number): void {
    (region.shared ? this.shared : this.own.get(pid)!).set(region.vpn + page, value);
  }

  /** First bytes of file pages are their page number; other memory begins as zeros. */
  read(pid: number, region: Region, page: number): number {
    const stored = (region.shared ? this.shared : this.own.get(pid)!).get(region.vpn + page);
    return stored ?? (region.file ? page : 0);
  }

  fork(pid: number, child: number): void {
    this.own.set(child, new Map(this.own.get(pid)));
  }
}

class Pressed {
  readonly on = new ScenarioMachine({ memoryBytes: MEMORY, swapBytes: SWAP, readAheadPages: 32 });
  readonly meaning = new Meaning();
  readonly files: CachedFile[] = [];
  pids = [1];

  constructor() {
    const { kernel } = this.on;
    kernel.createProcess(1);
    for (const { vpn, pages, shared, file: fs } of REGIONS) {
      const file = fs && kernel.createFile(`f${vpn}`, fs, pages * 4096);
      if (file) {
        // A ramp whose first byte is the page's number (frame/contents.ts).
        kernel.fillFile(file, (page) => page * 4 + 3);
        this.files.push(file);
      }
      kernel.mmap(1, { vpn, pages, prot: 'rw', shared, ...(file ? { file: { file, page: 0 } } : {}) });
    }
  }

  write(pid: number, region: Region, page: number, value: number): void {
    const frame = this.on.access(pid, region.vpn + page, 0, true);
    expect(frame).toBeTypeOf('number');
    this.on.kernel.writeMemory(frame as number, 0, value);
    this.meaning.write(pid, region, page, value);
  }

  read(pid: number, region: Region, page: number): void {
    const frame = this.on.access(pid, region.vpn + page, 0, false) as number;
    const expected = this.meaning.read(pid, region, page);
    expect(this.on.kernel.readMemory(frame, 0), `process ${pid}, page ${region.vpn + page}`).toBe(expected);
  }

  fork(pid: number): void {
    const child = Math.max(...this.pids) + 1;
    expect(this.on.kernel.fork(pid, child)).toBeUndefined();
    this.meaning.fork(pid, child);
    this.pids.push(child);
  }

  exit(pid: number): void {
    this.on.kernel.exit(pid);
    this.pids = this.pids.filter((other) => other !== pid);
  }
}

const KINDS = [
  'write',
  'write',
  'write',
  'read',
  'read',
  'pageout',
  'cold',
  'fork',
  'exit',
  'fsync',
] as const;
const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  who: fc.nat(2),
  region: fc.constantFrom(...REGIONS),
  from: fc.nat(699),
  pages: fc.integer({ min: 1, max: 300 }),
  value: fc.integer({ min: 1, max: 255 }),
});

describe('with more memory in use than there is', () => {
  let swappedIn = 0;

  it('every process sees what it stored, whatever went to swap or disk and came back; counts equal the tables', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 25 }), (steps) => {
        const run = new Pressed();
        const { kernel } = run.on;
        for (const region of REGIONS)
          for (let page = 0; page < region.pages; page++) run.write(1, region, page, 9);
        for (const { kind, who, region, from, pages, value } of steps) {
          const pid = run.pids[who % run.pids.length]!;
          const first = from % region.pages;
          const last = Math.min(first + pages, region.pages);
          if (kind === 'write')
            for (let page = first; page < last; page++) run.write(pid, region, page, value);
          if (kind === 'read') for (let page = first; page < last; page++) run.read(pid, region, page);
          if (kind === 'pageout' || kind === 'cold')
            kernel.madvise(pid, region.vpn + first, last - first, kind);
          if (kind === 'fork' && run.pids.length < 3) run.fork(pid);
          if (kind === 'exit' && run.pids.length > 1) run.exit(pid);
          if (kind === 'fsync') for (const file of run.files) kernel.fsync(file);
          expect(brokenLaws(kernel)).toEqual([]);
        }
        for (const pid of run.pids)
          for (const region of REGIONS)
            for (let page = 0; page < region.pages; page += 7) run.read(pid, region, page);
        swappedIn += kernel.state.counters.swappedIn;
        for (const pid of run.pids) kernel.exit(pid);
        // The zero page, what the files have cached, and what the memory file has on swap are left.
        const cached = run.files.reduce((sum, { cache }) => sum + cache.size, 0);
        expect(kernel.state.buddy.usedFrames).toBe(1 + cached);
        expect(kernel.state.swap.used).toBe(run.files.reduce((sum, { swapped }) => sum + swapped.size, 0));
        expect(brokenLaws(kernel)).toEqual([]);
      }),
      { numRuns: 5 },
    );
    expect(swappedIn).toBeGreaterThan(1000);
  });
});
