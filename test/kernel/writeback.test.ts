import { describe, expect, it } from 'vitest';
import { A, Stage } from './policy/stage.ts';

function onDisk(pages: number) {
  const stage = new Stage({});
  const { kernel, counters } = stage;
  const file = kernel.createFile('f', 'ext4', pages * 4096);
  kernel.fillFile(file, (page) => page * 4 + 3);
  return { stage, kernel, counters, file };
}

describe('fsync', () => {
  it('leaves private copies as they are: dirty, writable, and not of the file', () => {
    const { stage, kernel, counters, file } = onDisk(8);
    stage.map(0, 8, { file: { file, page: 0 } });
    stage.map(100, 8, { shared: true, file: { file, page: 0 } });
    stage.store(1, 2, 50);
    stage.store(1, 102, 60);
    expect(stage.pay(() => kernel.fsync(file))).toEqual({ io: 1, flushPage: 1 });
    expect([stage.store(1, 2, 51), stage.store(1, 102, 61), counters.writtenBack]).toEqual([
      [],
      ['mkwrite'],
      1,
    ]);
  });

  it('makes entries clean that were written and cannot be written any more', () => {
    const { stage, kernel, file } = onDisk(8);
    stage.map(0, 8, { shared: true, file: { file, page: 0 } });
    for (const page of [2, 3]) stage.store(1, page, 50);
    kernel.mprotect(1, A + 2, 1, 'r');
    expect(stage.pay(() => kernel.fsync(file))).toEqual({ io: 2, flushPage: 2 });
    expect(stage.pay(() => kernel.fsync(file))).toEqual({});
    // Made writable again, it has to ask: it is clean.
    kernel.mprotect(1, A + 2, 1, 'rw');
    expect(stage.store(1, 2)).toEqual(['mkwrite']);
  });

  it('does so in every process, and writes the page once', () => {
    const { stage, kernel, file } = onDisk(4);
    stage.map(0, 4, { shared: true, file: { file, page: 0 } });
    stage.store(1, 1, 50);
    kernel.fork(1, 2);
    stage.store(2, 1, 51);
    expect(stage.pay(() => kernel.fsync(file))).toEqual({ io: 1, flushPage: 2 });
    expect([stage.store(1, 1), stage.store(2, 1)]).toEqual([['mkwrite'], ['mkwrite']]);
  });

  it('has nothing to do for files in memory', () => {
    const stage = new Stage({});
    stage.map(0, 4, { shared: true });
    stage.store(1, 0);
    const [file] = stage.kernel.state.files.values();
    expect(stage.pay(() => stage.kernel.fsync(file!))).toEqual({});
    stage.kernel.dropCache(file!);
    expect(stage.load(1, 0)).toBe(1);
  });

  it('writes zeros beyond the end of the file', () => {
    const { stage, kernel, file } = onDisk(2);
    kernel.truncate(file, 4096 + 10);
    stage.map(0, 2, { shared: true, file: { file, page: 0 } });
    kernel.writeMemory(stage.on.access(1, A + 1, 20, true) as number, 20, 99);
    expect(kernel.readMemory(stage.on.access(1, A + 1, 20, false) as number, 20)).toBe(99);
    kernel.fsync(file);
    expect(kernel.readMemory(stage.on.access(1, A + 1, 20, false) as number, 20)).toBe(0);
    // Byte 9 of the ramp that begins with 1: 1 + 3 * 9.
    expect(kernel.readMemory(stage.on.access(1, A + 1, 9, false) as number, 9)).toBe(28);
  });
});

describe('msync', () => {
  it('passes over a hole, wherever it is, and is ENOMEM for it', () => {
    const { stage, kernel, counters, file } = onDisk(8);
    stage.map(2, 2, { shared: true, file: { file, page: 0 } });
    stage.map(6, 2, { shared: true, file: { file, page: 4 } });
    const written = (from: number, pages: number) => {
      for (const page of [2, 6]) stage.store(1, page);
      const before = counters.writtenBack;
      const error = kernel.msync(1, A + from, pages, true);
      return [error, counters.writtenBack - before];
    };
    expect([written(2, 2), written(2, 6), written(0, 4), written(6, 4)]).toEqual([
      [undefined, 1],
      ['ENOMEM', 2],
      ['ENOMEM', 1],
      ['ENOMEM', 1],
    ]);
  });
});

describe('truncate', () => {
  it('leaves a hole a hole where it cuts one: nothing is to be written', () => {
    const { kernel, counters, file } = onDisk(1);
    kernel.truncate(file, 10 * 4096);
    kernel.truncate(file, 5 * 4096 + 7);
    kernel.fsync(file);
    expect([
      counters.writtenBack,
      kernel.fileRead(file, 5 * 4096 + 3),
      kernel.fileRead(file, 5 * 4096 + 7),
    ]).toEqual([0, 0, -1]);
  });

  it('makes the rest of its last page zeros, which is written back', () => {
    const { kernel, counters, file } = onDisk(4);
    kernel.truncate(file, 2 * 4096 + 7);
    expect(counters.writtenBack).toBe(0);
    kernel.fsync(file);
    kernel.truncate(file, 4 * 4096);
    // Byte 6 of the ramp that begins with 2; byte 7 was cut off.
    expect([
      counters.writtenBack,
      kernel.fileRead(file, 2 * 4096 + 6),
      kernel.fileRead(file, 2 * 4096 + 7),
    ]).toEqual([1, 2 + 3 * 6, 0]);
    expect(kernel.fileRead(file, 3 * 4096)).toBe(0);
  });

  it('takes pages from every mapping of what is cut off, private copies too, and from no other', () => {
    const { stage, kernel, file } = onDisk(8);
    stage.map(0, 4, { file: { file, page: 2 } });
    stage.map(100, 8, { shared: true, file: { file, page: 0 } });
    for (const page of [0, 1, 3, 100, 103, 104, 107]) stage.store(1, page, 77);
    expect(stage.sizes(1)[0]).toBe(7);
    // Pages 4 and on are gone: 2 and 3 of the first mapping, 104 and on of the second.
    kernel.truncate(file, 4 * 4096);
    expect(stage.sizes(1)[0]).toBe(4);
    kernel.truncate(file, 8 * 4096);
    expect([
      stage.load(1, 1),
      stage.load(1, 3),
      stage.load(1, 103),
      stage.load(1, 104),
      stage.broken,
    ]).toEqual([77, 0, 77, 0, []]);
  });
});
