import { describe, expect, it } from 'vitest';
import type { CachedFile } from '../../src/kernel/vma/vma.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';

const A = 0x100000000;
const PAGE = 4096;

/** A file of 200 pages on disk, nothing of it cached, with at most `most` pages read ahead. */
function coldFile(most = 32): { on: ScenarioMachine; file: CachedFile; read(page: number): void } {
  const on = new ScenarioMachine({ readAheadPages: most });
  on.kernel.createProcess(1);
  const file = on.kernel.createFile('f', 'ext4', 200 * PAGE);
  on.kernel.fillFile(file, (page) => (page % 256) * 4 + 3);
  on.kernel.dropCache(file);
  expect(file.cache.size).toBe(0);
  return { on, file, read: (page) => void on.kernel.fileRead(file, page * PAGE) };
}

/** The cached pages as runs: '0-3 20'. */
function cached({ cache }: CachedFile): string {
  const pages = [...cache.keys()].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (last && last[1] === page - 1) last[1] = page;
    else runs.push([page, page]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}

describe('read(2) of a page that is not cached (mm/readahead.c, page_cache_sync_ra)', () => {
  it.each([
    // get_init_ra_size(1, max): 4 where max / 32 >= 1, 2 where max / 4 >= 1, else max.
    [32, '0-3'],
    [31, '0-1'],
    [4, '0-1'],
    [3, '0-2'],
    [1, '0'],
  ])('at the start of the file, with at most %i pages: reads %s', (most, expected) => {
    const { file, read } = coldFile(most);
    read(0);
    expect(cached(file)).toBe(expected);
  });

  it('somewhere else reads that page alone', () => {
    const { file, read } = coldFile();
    read(20);
    read(40);
    expect(cached(file)).toBe('20 40');
  });

  it('next to the page read before, or on it, begins a stream of four', () => {
    const { on, file, read } = coldFile();
    read(40);
    read(41);
    expect(cached(file)).toBe('40-44');
    // The last byte of page 80: the position is then on page 81.
    on.kernel.fileRead(file, 81 * PAGE - 1);
    read(81);
    expect(cached(file)).toBe('40-44 80-84');
  });

  it('after a run of cached pages reads as many as the run is long and one, whoever cached them', () => {
    const { on, file, read } = coldFile();
    for (const page of [10, 11, 12]) on.kernel.fileWrite(file, page * PAGE, 1);
    read(13);
    expect(cached(file)).toBe('10-16');
  });

  it('counts a run from the start of the file double', () => {
    const { on, file, read } = coldFile();
    for (const page of [0, 1, 2]) on.kernel.fileWrite(file, page * PAGE, 1);
    read(3);
    // 2 x 3 + 1 = 7 pages: 3 .. 9.
    expect(cached(file)).toBe('0-9');
  });

  it('takes one cached page before it for no run', () => {
    const { on, file, read } = coldFile();
    on.kernel.fileWrite(file, 10 * PAGE, 1);
    read(11);
    expect(cached(file)).toBe('10-11');
  });

  it('never reads more than the most, however long the run', () => {
    const { on, file, read } = coldFile(4);
    for (let page = 50; page < 60; page++) on.kernel.fileWrite(file, page * PAGE, 1);
    read(60);
    expect(cached(file)).toBe('50-63');
  });

  it('reads nothing beyond the end of the file', () => {
    const { on, file, read } = coldFile();
    for (const page of [196, 197, 198]) on.kernel.fileWrite(file, page * PAGE, 1);
    read(199);
    expect(cached(file)).toBe('196-199');
    expect(on.kernel.fileRead(file, 200 * PAGE)).toBe(-1);
  });
});

describe('reading on (page_cache_async_ra)', () => {
  it('reads the next window when the marked page is reached: 4, 8, 16, 32 pages, then always 32', () => {
    const { file, read } = coldFile();
    read(0);
    read(1);
    expect(cached(file)).toBe('0-11');
    read(2);
    read(3);
    expect(cached(file)).toBe('0-11');
    read(4);
    expect(cached(file)).toBe('0-27');
    read(12);
    expect(cached(file)).toBe('0-59');
    read(28);
    expect(cached(file)).toBe('0-91');
    read(60);
    expect(cached(file)).toBe('0-123');
  });

  it('quadruples a window that is small against the most: 4, 16, 32', () => {
    const { file, read } = coldFile(128);
    read(0);
    read(1);
    expect(cached(file)).toBe('0-19');
    read(4);
    expect(cached(file)).toBe('0-51');
  });

  it('does so once for a mark', () => {
    const { file, read } = coldFile();
    read(0);
    read(1);
    read(1);
    expect(cached(file)).toBe('0-11');
  });

  it('from a mark that another stream left begins after what is cached there', () => {
    const { file, read } = coldFile();
    read(0);
    read(100);
    read(101);
    expect(cached(file)).toBe('0-3 100-104');
    // Page 1 is marked; 2 and 3 are cached: the window begins at 4, with twice (4 - 1) + 1 pages.
    read(1);
    expect(cached(file)).toBe('0-11 100-104');
  });

  it('gives up when more than the most is cached there already', () => {
    const { on, file, read } = coldFile(4);
    read(0);
    for (const page of [2, 3, 4, 5]) on.kernel.fileWrite(file, page * PAGE, 1);
    read(100);
    read(101);
    read(1);
    expect(cached(file)).toBe('0-5 100-102');
  });

  it('goes on when just the most is', () => {
    const { on, file, read } = coldFile(4);
    read(0);
    for (const page of [2, 3, 4]) on.kernel.fileWrite(file, page * PAGE, 1);
    read(100);
    read(101);
    read(1);
    expect(cached(file)).toBe('0-8 100-102');
  });
});

describe('a fault on a page of a file that is not cached (do_sync_mmap_readahead)', () => {
  const mapped = (advice?: string, prot = 'r', pages = 200) => {
    const { on, file } = coldFile();
    on.kernel.mmap(1, { vpn: A, pages, prot, shared: false, file: { file, page: 0 } });
    if (advice) on.kernel.madvise(1, A, pages, advice);
    return { on, file, touch: (page: number) => on.access(1, A + page, 0, false) };
  };

  it('reads half the most before it and half from it on', () => {
    const { file, touch } = mapped();
    touch(50);
    expect(cached(file)).toBe('34-65');
  });

  it('slides the window up at the start of the file', () => {
    const { file, touch } = mapped();
    touch(5);
    expect(cached(file)).toBe('0-31');
  });

  it('reads from the page on where the mapping is advised sequential, that page alone where random', () => {
    const sequential = mapped('sequential');
    sequential.touch(50);
    expect(cached(sequential.file)).toBe('50-81');
    const random = mapped('random');
    random.touch(50);
    expect(cached(random.file)).toBe('50');
  });

  it('reads from the page to the end of a program text', () => {
    const { file, touch } = mapped(undefined, 'rx', 60);
    touch(40);
    expect(cached(file)).toBe('40-59');
    const long = mapped(undefined, 'rx');
    long.touch(40);
    expect(cached(long.file)).toBe('40-71');
  });

  it('is major; at three quarters of the window is a mark, and a fault there reads on without being major', () => {
    const { on, file, touch } = mapped();
    touch(50);
    expect([on.kernel.process(1).majflt, on.kernel.process(1).minflt]).toEqual([1, 0]);
    // Window 34 .. 65, marked at 34 + 32 - 8 = 58, which fault-around left out: 59 is mapped, 58 is not.
    touch(58);
    expect(on.kernel.process(1).majflt).toBe(1);
    // Cached up to 65: the next window begins at 66, and 8 + 32 pages are next cut to 32.
    expect(cached(file)).toBe('34-97');
    touch(57);
    touch(59);
    expect(on.kernel.process(1).minflt).toBe(1);
  });

  it('a mark means nothing where the mapping is advised random', () => {
    const { on, file, touch } = mapped();
    touch(50);
    on.kernel.madvise(1, A, 200, 'random');
    touch(58);
    expect(cached(file)).toBe('34-65');
  });

  it('MADV_WILLNEED reads just the range, ahead of any fault', () => {
    const { on, file, touch } = mapped();
    on.kernel.madvise(1, A + 10, 5, 'willneed');
    expect(cached(file)).toBe('10-14');
    touch(12);
    expect(on.kernel.process(1).majflt).toBe(0);
  });
});
