import { describe, expect, it } from 'vitest';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { brokenLaws } from '../oracle/kernel-conservation.ts';

const A = 0x100000000;
const MIB = 2 ** 20;
/** 4 MiB of memory: 1,024 frames. */
const MEMORY = 4 * MIB;

function machine(swapBytes = 0): ScenarioMachine {
  const made = new ScenarioMachine({ memoryBytes: MEMORY, swapBytes });
  made.kernel.createProcess(1);
  return made;
}

function write(on: ScenarioMachine, pid: number, page: number, value: number): unknown {
  const frame = on.access(pid, A + page, 0, true);
  if (typeof frame === 'number') on.kernel.writeMemory(frame, 0, value);
  return frame;
}

function read(on: ScenarioMachine, pid: number, page: number): number {
  return on.kernel.readMemory(on.access(pid, A + page, 0, false) as number, 0);
}

describe('when memory runs out without swap', () => {
  it('the faulting process is told so by SIGKILL, and no page of anybody was reused', () => {
    const on = machine();
    on.kernel.mmap(1, { vpn: A, pages: 2000, prot: 'rw', shared: false });
    let page = 0;
    let outcome: unknown;
    for (; page < 2000; page++) {
      outcome = write(on, 1, page, 1 + (page % 200));
      if (typeof outcome !== 'number') break;
    }
    expect(outcome).toEqual({ kind: 'signal', signal: 'SIGKILL', code: 'OOM' });
    // 1,024 frames less the zero page, the root and the tables above and at the last level for this stretch.
    expect(page).toBe(1024 - 1 - 1 - 2 - 2);
    for (let i = 0; i < page; i++) expect(read(on, 1, i)).toBe(1 + (i % 200));
    expect(on.kernel.state.counters.oomKills).toBe(1);
    expect(brokenLaws(on.kernel)).toEqual([]);
  });

  it('a system call gets ENOMEM', () => {
    const on = machine();
    on.kernel.mmap(1, { vpn: A, pages: 2000, prot: 'rw', shared: false });
    for (let page = 0; typeof write(on, 1, page, 1) === 'number'; page++);
    expect(on.kernel.fork(1, 2)).toBe('ENOMEM');
    expect(on.kernel.state.processes.has(2)).toBe(false);
    expect(brokenLaws(on.kernel)).toEqual([]);
  });

  it('clean pages of files are dropped first, and read again when touched', () => {
    const on = machine();
    const file = on.kernel.createFile('f', 'ext4', 500 * 4096);
    on.kernel.fillFile(file, (page) => (page % 256) * 4 + 3);
    on.kernel.mmap(1, { vpn: A, pages: 2000, prot: 'rw', shared: false });
    for (let page = 0; page < 900; page++) expect(typeof write(on, 1, page, 5)).toBe('number');
    expect(file.cache.size).toBeLessThan(200);
    on.kernel.munmap(1, A, 500);
    on.kernel.mmap(1, { vpn: A + 4096, pages: 500, prot: 'r', shared: true, file: { file, page: 0 } });
    const majorBefore = on.kernel.process(1).majflt;
    const frame = on.access(1, A + 4096 + 7, 0, false) as number;
    expect(on.kernel.readMemory(frame, 0)).toBe(7);
    expect(on.kernel.process(1).majflt).toBe(majorBefore + 1);
    expect(brokenLaws(on.kernel)).toEqual([]);
  });

  it('a dirty page of a file is written back before it goes: its bytes are there again', () => {
    const on = machine();
    const file = on.kernel.createFile('f', 'ext4', 100 * 4096);
    on.kernel.fillFile(file, () => 0);
    on.kernel.mmap(1, { vpn: A + 4096, pages: 100, prot: 'rw', shared: true, file: { file, page: 0 } });
    for (let page = 0; page < 100; page++)
      on.kernel.writeMemory(on.access(1, A + 4096 + page, 0, true) as number, 0, 100 + page);
    on.kernel.mmap(1, { vpn: A, pages: 2000, prot: 'rw', shared: false });
    for (let page = 0; page < 980; page++) write(on, 1, page, 1);
    expect(on.kernel.state.counters.writtenBack).toBeGreaterThan(0);
    on.kernel.munmap(1, A, 900);
    for (let page = 0; page < 100; page++)
      expect(on.kernel.readMemory(on.access(1, A + 4096 + page, 0, false) as number, 0)).toBe(100 + page);
  });
});

describe('with swap', () => {
  it('anonymous pages go out and come back, each a major fault, with their bytes', () => {
    const on = machine(8 * MIB);
    on.kernel.mmap(1, { vpn: A, pages: 2000, prot: 'rw', shared: false });
    for (let page = 0; page < 1500; page++)
      expect(typeof write(on, 1, page, 1 + (page % 200))).toBe('number');
    const { counters } = on.kernel.state;
    expect(counters.swappedOut).toBeGreaterThan(470);
    expect(on.kernel.process(1).majflt).toBe(0);
    for (let page = 0; page < 1500; page++) expect(read(on, 1, page)).toBe(1 + (page % 200));
    expect(on.kernel.process(1).majflt).toBe(counters.faultsByKind.swap);
    expect(counters.faultsByKind.swap).toBeGreaterThan(470);
    expect(brokenLaws(on.kernel)).toEqual([]);
  });

  it('a page that fork shared stays shared on swap: a write after it came back is not seen by the other', () => {
    const on = machine(8 * MIB);
    on.kernel.mmap(1, { vpn: A, pages: 2000, prot: 'rw', shared: false });
    write(on, 1, 0, 42);
    on.kernel.fork(1, 2);
    for (let page = 1; page < 1400; page++) write(on, 1, page, 7);
    expect(on.kernel.process(2).mm.swapPages).toBe(1);
    write(on, 2, 0, 43);
    expect(read(on, 1, 0)).toBe(42);
    expect(read(on, 2, 0)).toBe(43);
    expect(brokenLaws(on.kernel)).toEqual([]);
  });

  it('locked pages stay', () => {
    const on = machine(8 * MIB);
    on.kernel.mmap(1, { vpn: A, pages: 2000, prot: 'rw', shared: false });
    for (let page = 0; page < 50; page++) write(on, 1, page, 9);
    on.kernel.mlock(1, A, 50);
    for (let page = 50; page < 1500; page++) write(on, 1, page, 7);
    const before = on.kernel.process(1).majflt;
    for (let page = 0; page < 50; page++) expect(read(on, 1, page)).toBe(9);
    expect(on.kernel.process(1).majflt).toBe(before);
  });

  it('exit gives its slots back', () => {
    const on = machine(8 * MIB);
    on.kernel.mmap(1, { vpn: A, pages: 2000, prot: 'rw', shared: false });
    for (let page = 0; page < 1500; page++) write(on, 1, page, 1);
    on.kernel.fork(1, 2);
    expect(on.kernel.state.swap.used).toBeGreaterThan(0);
    on.kernel.exit(1);
    on.kernel.exit(2);
    expect(on.kernel.state.swap.used).toBe(0);
    // The zero page is all that is left.
    expect(on.kernel.state.buddy.usedFrames).toBe(1);
  });

  it('a page that MADV_FREE gave up is dropped without being written, and reads as zero', () => {
    const on = machine(8 * MIB);
    on.kernel.mmap(1, { vpn: A, pages: 10, prot: 'rw', shared: false });
    for (let page = 0; page < 10; page++) write(on, 1, page, 5);
    on.kernel.madvise(1, A, 10, 'free');
    write(on, 1, 3, 6);
    on.kernel.madvise(1, A, 10, 'pageout');
    expect(read(on, 1, 2)).toBe(0);
    expect(read(on, 1, 3)).toBe(6);
    expect(on.kernel.state.counters.swappedOut).toBeLessThanOrEqual(1);
  });
});

describe('second chance', () => {
  it('spares the pages used since the clock last passed', () => {
    const on = machine(8 * MIB);
    on.kernel.mmap(1, { vpn: A, pages: 4000, prot: 'rw', shared: false });
    for (let page = 0; page < 1018; page++) write(on, 1, page, 1);
    expect(on.kernel.state.counters.reclaimed).toBe(0);
    // The first reclaim took every accessed bit, then 32 pages from the front. mprotect flushes the TLB (50 pages are
    // more than 33), so that the reads after it walk, and set the bits of these pages again.
    write(on, 1, 1018, 1);
    expect(on.kernel.state.counters.reclaimed).toBe(32);
    on.kernel.mprotect(1, A + 100, 50, 'r');
    for (let page = 100; page < 150; page++) read(on, 1, page);
    for (let page = 1019; page < 1300; page++) write(on, 1, page, 1);
    const swappedIn = (pages: number[]): number => {
      const before = on.kernel.state.counters.swappedIn;
      for (const page of pages) read(on, 1, page);
      return on.kernel.state.counters.swappedIn - before;
    };
    const used = Array.from({ length: 50 }, (_, i) => 100 + i);
    const unused = Array.from({ length: 50 }, (_, i) => 160 + i);
    expect(swappedIn(used)).toBe(0);
    expect(swappedIn(unused)).toBe(50);
  });
});
