import { describe, expect, it } from 'vitest';
import type { ForkedArea, PolicyHooks, ProcessEvent, WrittenPage } from '../../../src/kernel/policy/hooks.ts';
import { A, Stage } from './stage.ts';

/** Process 1 with written pages 0 and 1 of a table, an untouched mapping and one of a file, under a module's hooks. */
function under(hooks: PolicyHooks) {
  const stage = new Stage({}, { hooks });
  const { kernel } = stage;
  const file = kernel.createFile('lib', 'ext4', 4 * 4096);
  kernel.fillFile(file, () => 0);
  stage.map(0, 512);
  stage.map(512, 10, { shared: true });
  stage.map(600, 4, { prot: 'rx', file: { file, page: 0 } });
  stage.store(1, 0, 7);
  stage.store(1, 1, 8);
  stage.touch(1, 600);
  return stage;
}

describe('onFork', () => {
  it('is asked of each VMA in order, and told what there is to decide by', () => {
    const asked: [ForkedArea, ProcessEvent][] = [];
    const stage = under({ onFork: (area, process) => void asked.push([area, process]) });
    const fork = stage.pay(() => stage.kernel.fork(1, 2));
    const parent = { pid: 1, parent: 0, residentPages: 6 };
    const file = '/dev/zero (deleted)';
    expect(asked).toEqual([
      [{ start: A, pages: 512, prot: 'rw', shared: false, file: null, written: true }, parent],
      [{ start: A + 512, pages: 10, prot: 'rw', shared: true, file, written: false }, parent],
      [{ start: A + 600, pages: 4, prot: 'rx', shared: false, file: 'lib', written: false }, parent],
    ]);
    // It did not answer: as Linux.
    expect(fork).toEqual({ forkBase: 1, flushFull: 1, tableAllocate: 4, forkPte: 2 });
  });

  it.each([
    ['copy-tables', { forkPte: 6, tableAllocate: 5 }],
    ['skip', { tableAllocate: 1 }],
    ['share-tables', { tableShare: 1, protectPte: 2, forkPte: 4, tableAllocate: 4 }],
    ['copy-pages', { forkPte: 6, tableAllocate: 5, allocate: 2, copy: 2, refcount: 2 }],
  ] as const)('answers %s for all', (answer, paid) => {
    const stage = under({ onFork: () => answer });
    expect(stage.pay(() => stage.kernel.fork(1, 2))).toEqual({ forkBase: 1, flushFull: 1, ...paid });
    expect([stage.load(2, 1), stage.load(2, 600), stage.broken]).toEqual([answer === 'skip' ? 0 : 8, 0, []]);
  });
});

describe('onWriteFault', () => {
  it('is told whose page it is', () => {
    const asked: WrittenPage[] = [];
    const stage = under({ onWriteFault: (page) => void asked.push(page) });
    stage.kernel.fork(1, 2);
    expect([stage.store(2, 1), stage.store(1, 1)]).toEqual([['cowCopy'], ['cowReuse']]);
    const page = { vpn: A + 1, exclusive: false, huge: false };
    expect(asked).toEqual([
      { ...page, pid: 2, mapcount: 2, refcount: 2 },
      { ...page, pid: 1, mapcount: 1, refcount: 1 },
    ]);
  });

  it('is told of a page of a huge one, by the counts of the page and of the whole', () => {
    const asked: WrittenPage[] = [];
    const stage = under({ onWriteFault: (page) => void asked.push(page) });
    stage.map(1024, 512);
    stage.kernel.madvise(1, A + 1024, 512, 'hugepage');
    stage.store(1, 1024);
    stage.kernel.fork(1, 2);
    stage.store(2, 1030);
    // The child's 512 entries and the parent's one.
    expect(asked).toEqual([
      { pid: 2, vpn: A + 1030, mapcount: 2, refcount: 513, exclusive: false, huge: true },
    ]);
  });

  it('decides, whatever Linux would do', () => {
    const copies = under({ onWriteFault: () => 'copy' });
    copies.kernel.fork(1, 2);
    copies.kernel.exit(2);
    expect(copies.store(1, 0)).toEqual(['cowCopy']);
    const keeps = under({ onWriteFault: () => 'reuse' });
    keeps.kernel.fork(1, 2);
    expect([keeps.store(1, 0, 99), keeps.load(2, 0)]).toEqual([['cowReuse'], 99]);
  });
});

describe('onExit', () => {
  it('is told who ended and what was resident, once', () => {
    const told: ProcessEvent[] = [];
    const stage = under({ onExit: (process) => void told.push(process) });
    stage.kernel.fork(1, 2);
    stage.kernel.exit(2);
    stage.kernel.exit(2);
    expect(told).toEqual([{ pid: 2, parent: 1, residentPages: 2 }]);
  });
});
