import { describe, expect, it } from 'vitest';
import type { CachedFile, FileSystem } from '../../src/kernel/vma/vma.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { brokenLaws } from '../oracle/kernel-conservation.ts';

const A = 0x100000000;
const B = 0x100010000;
const PAGE = 4096;
const SIGBUS = { kind: 'signal', signal: 'SIGBUS', code: 'ADRERR' };

/** A file of 4 pages and 100 bytes whose bytes are 3 x offset + page number, modulo 256, mapped shared at A, private at B. */
function machine(fs: FileSystem, kernel = {}) {
  const on = new ScenarioMachine({ readAheadPages: 4, ...kernel });
  on.kernel.createProcess(1);
  const file = on.kernel.createFile('f', fs, 4 * PAGE + 100);
  on.kernel.fillFile(file, (page) => page * 4 + 3);
  on.kernel.mmap(1, { vpn: A, pages: 8, prot: 'rw', shared: true, file: { file, page: 0 } });
  on.kernel.mmap(1, { vpn: B, pages: 8, prot: 'rw', shared: false, file: { file, page: 0 } });
  const load = (vpn: number, offset = 0) => {
    const frame = on.access(1, vpn, offset, false);
    return typeof frame === 'number' ? on.kernel.readMemory(frame, offset) : frame;
  };
  const store = (vpn: number, offset: number, value: number) => {
    const frame = on.access(1, vpn, offset, true);
    if (typeof frame !== 'number') return frame;
    on.kernel.writeMemory(frame, offset, value);
    return value;
  };
  return { on, file, load, store, kernel: on.kernel, counters: on.kernel.state.counters };
}

const pages = ({ cache }: CachedFile) => [...cache.keys()].sort((a, b) => a - b);
const FILE_SYSTEMS: FileSystem[] = ['ext4', 'tmpfs'];

describe.each(FILE_SYSTEMS)('a file of %s', (fs) => {
  it('is read byte by byte up to its end, and no further', () => {
    const { kernel, file } = machine(fs);
    const at = (offset: number) => kernel.fileRead(file, offset);
    expect([at(0), at(1), at(PAGE), at(4 * PAGE + 99)]).toEqual([0, 3, 1, (4 + 3 * 99) % 256]);
    expect([at(4 * PAGE + 100), at(5 * PAGE)]).toEqual([-1, -1]);
  });

  it('has one truth: read, write and shared mappings see the same bytes, a private copy its own', () => {
    const { kernel, file, load, store } = machine(fs);
    store(B, 9, 200);
    store(A, 7, 201);
    kernel.fileWrite(file, 8, 202);
    expect([kernel.fileRead(file, 7), load(A, 8), load(A, 9)]).toEqual([201, 202, 27]);
    expect([load(B, 7), load(B, 8), load(B, 9)]).toEqual([21, 24, 200]);
    expect(brokenLaws(kernel)).toEqual([]);
  });

  it('grows by a write beyond its end; what lies between is zeros', () => {
    const { kernel, file, load } = machine(fs);
    expect(load(A + 6)).toEqual(SIGBUS);
    kernel.fileWrite(file, 6 * PAGE + 5, 77);
    expect(file.bytes).toBe(6 * PAGE + 6);
    expect([load(A + 6, 5), load(A + 6, 4), load(A + 5), kernel.fileRead(file, 4 * PAGE + 100)]).toEqual([
      77, 0, 0, 0,
    ]);
    expect(load(A + 7)).toEqual(SIGBUS);
  });

  it('shrinks: pages beyond the end go from the cache, every mapping and every private copy', () => {
    const { kernel, file, load, store } = machine(fs);
    store(A + 2, 0, 5);
    store(B + 3, 0, 6);
    load(A + 4);
    kernel.truncate(file, PAGE + 10);
    expect(pages(file).every((page) => page <= 1)).toBe(true);
    expect([load(A + 2), load(B + 3), load(A + 4), load(B + 2)]).toEqual([SIGBUS, SIGBUS, SIGBUS, SIGBUS]);
    expect([load(A + 1, 9), load(A + 1, 10), load(A, 4095)]).toEqual([28, 0, (3 * 4095) % 256]);
    // Grown again, it is zeros from there on: nothing comes back.
    kernel.truncate(file, 4 * PAGE);
    expect([load(A + 1, 9), load(A + 1, 10), load(A + 2), load(B + 3)]).toEqual([28, 0, 0, 0]);
    expect(brokenLaws(kernel)).toEqual([]);
  });

  it('cut at a page boundary keeps the last page whole; to its own size it is as it was', () => {
    const { kernel, file, load } = machine(fs);
    kernel.truncate(file, 2 * PAGE);
    expect([load(A + 1, 4095), load(A + 2)]).toEqual([(1 + 3 * 4095) % 256, SIGBUS]);
    kernel.truncate(file, 2 * PAGE);
    expect(load(A + 1, 4095)).toBe((1 + 3 * 4095) % 256);
  });

  it('with a hole punched by MADV_REMOVE reads zeros there, in whole pages; private copies stay', () => {
    const { kernel, load, store } = machine(fs);
    store(B + 2, 0, 6);
    store(A + 1, 0, 5);
    kernel.madvise(1, A + 1, 2, 'remove');
    expect([load(A, 1), load(A + 1), load(A + 2), load(A + 3)]).toEqual([3, 0, 0, 3]);
    expect([load(B + 2), load(B + 1)]).toEqual([6, 0]);
    expect(brokenLaws(kernel)).toEqual([]);
  });
});

describe('the page beyond which a file ends', () => {
  it('shows what a mapping stored there: ext4 zeroes it before the file grows, tmpfs lets it be seen', () => {
    for (const [fs, seen] of [
      ['ext4', 0],
      ['tmpfs', 50],
    ] as const) {
      const { kernel, file, store, load } = machine(fs);
      store(A + 4, 3000, 50);
      kernel.truncate(file, 5 * PAGE);
      expect(load(A + 4, 3000), fs).toBe(seen);
    }
  });
});

describe('fsync', () => {
  it('writes dirty pages of ext4 to disk, once, and makes their PTEs clean and read-only', () => {
    const { kernel, file, store, load, counters } = machine('ext4');
    store(A, 0, 9);
    store(A + 2, 0, 8);
    kernel.fsync(file);
    expect(counters.writtenBack).toBe(2);
    kernel.fsync(file);
    expect(counters.writtenBack).toBe(2);
    const faults = counters.faultsByKind.mkwrite;
    store(A, 0, 10);
    expect(counters.faultsByKind.mkwrite).toBe(faults + 1);
    store(A, 1, 11);
    expect(counters.faultsByKind.mkwrite).toBe(faults + 1);
    kernel.munmap(1, A, 8);
    kernel.munmap(1, B, 8);
    kernel.dropCache(file);
    expect([file.cache.size, counters.writtenBack]).toEqual([0, 3]);
    kernel.mmap(1, { vpn: A, pages: 4, prot: 'r', shared: true, file: { file, page: 0 } });
    expect([load(A), load(A, 1), load(A + 2)]).toEqual([10, 11, 8]);
  });

  it('writes zeros for what a mapping stored beyond the end', () => {
    const { kernel, file, store, load } = machine('ext4');
    store(A + 4, 3000, 50);
    kernel.fsync(file);
    expect(load(A + 4, 3000)).toBe(0);
    expect(load(A + 4, 99)).toBe((4 + 3 * 99) % 256);
  });

  it('has nothing to do for files in memory', () => {
    const { kernel, file, store, counters } = machine('tmpfs');
    store(A, 0, 9);
    kernel.fsync(file);
    kernel.dropCache(file);
    expect([counters.writtenBack, pages(file)]).toEqual([0, [0, 1, 2, 3, 4]]);
  });

  it('by range, as MS_SYNC asks, leaves other pages dirty', () => {
    const { kernel, store, counters } = machine('ext4');
    for (const page of [0, 1, 2, 3]) store(A + page, 0, 9);
    kernel.msync(1, A + 1, 2, true);
    expect(counters.writtenBack).toBe(2);
  });
});

describe('POSIX_FADV_DONTNEED', () => {
  it('drops the pages that nobody maps; a fault reads them again, which is major', () => {
    const { kernel, file, store } = machine('ext4');
    store(A + 1, 0, 9);
    kernel.dropCache(file);
    expect(pages(file)).toEqual([1]);
    expect(kernel.process(1).majflt).toBe(0);
    store(A + 3, 0, 1);
    expect(kernel.process(1).majflt).toBe(1);
  });
});

describe('a memory file', () => {
  it('has holes that read(2) does not fill and a fault does', () => {
    const { kernel, file, load } = machine('tmpfs');
    kernel.truncate(file, 8 * PAGE);
    expect(kernel.fileRead(file, 6 * PAGE)).toBe(0);
    expect(pages(file)).toEqual([0, 1, 2, 3, 4]);
    expect(load(A + 6)).toBe(0);
    expect(pages(file)).toEqual([0, 1, 2, 3, 4, 6]);
  });

  it('goes to swap by MADV_PAGEOUT and comes back by a major fault or by read(2), with its bytes', () => {
    const { kernel, file, load, store, counters } = machine('tmpfs', { swapBytes: 2 ** 20 });
    store(A + 1, 0, 9);
    store(A + 2, 0, 8);
    kernel.madvise(1, A + 1, 2, 'pageout');
    expect([counters.swappedOut, kernel.state.swap.used, [...file.swapped.keys()]]).toEqual([2, 2, [1, 2]]);
    expect(pages(file)).toEqual([0, 3, 4]);
    expect([load(A + 1), kernel.process(1).majflt]).toEqual([9, 1]);
    expect([kernel.fileRead(file, 2 * PAGE), kernel.state.swap.used, counters.swappedIn]).toEqual([8, 0, 2]);
    // Dirty since then: it has no copy elsewhere, and goes to swap again rather than away.
    kernel.madvise(1, A + 1, 1, 'pageout');
    expect(load(A + 1)).toBe(9);
  });

  it('gives its swap slots back when it is cut', () => {
    const { kernel, file, store } = machine('tmpfs', { swapBytes: 2 ** 20 });
    for (const page of [1, 2, 3]) store(A + page, 0, 9);
    kernel.madvise(1, A + 1, 3, 'pageout');
    expect(kernel.state.swap.used).toBe(3);
    kernel.truncate(file, 2 * PAGE);
    expect([kernel.state.swap.used, [...file.swapped.keys()]]).toEqual([1, [1]]);
    kernel.truncate(file, 0);
    expect(kernel.state.swap.used).toBe(0);
  });
});

describe('shared anonymous memory', () => {
  it('lives in memory and on swap until the last process unmaps it', () => {
    const on = new ScenarioMachine({ swapBytes: 2 ** 20 });
    const { kernel } = on;
    kernel.createProcess(1);
    const before = kernel.state.buddy.usedFrames;
    kernel.mmap(1, { vpn: A, pages: 4, prot: 'rw', shared: true });
    for (let page = 0; page < 4; page++) kernel.writeMemory(on.access(1, A + page, 0, true) as number, 0, 7);
    kernel.madvise(1, A, 2, 'pageout');
    kernel.fork(1, 2);
    kernel.munmap(1, A, 4);
    expect([kernel.state.files.size, kernel.state.swap.used]).toEqual([1, 2]);
    expect(kernel.readMemory(on.access(2, A, 0, false) as number, 0)).toBe(7);
    kernel.exit(2);
    expect([kernel.state.files.size, kernel.state.swap.used]).toEqual([0, 0]);
    kernel.exit(1);
    // The root table of process 1 was there before.
    expect(kernel.state.buddy.usedFrames).toBe(before - 1);
  });
});
