import { describe, expect, it } from 'vitest';
import { STORE, USER } from '../../src/core/access.ts';
import type { Fault } from '../../src/core/fault.ts';
import type { TlbMaintenance } from '../../src/core/kernel-port.ts';
import { LinuxKernel } from '../../src/kernel/linux.ts';
import { PhysicalMemory } from '../../src/memory/physical.ts';
import { X86_64 } from '../../src/mmu/mode/x86-64.ts';

const A = 0x100000000;

/** A kernel whose invalidations are written down instead of done. */
function recorded(): { kernel: LinuxKernel; calls: string[]; touch: (pid: number, page: number) => void } {
  const calls: string[] = [];
  const tlb: TlbMaintenance = {
    invalidatePage: (asid, vpn) => calls.push(`page ${asid} ${vpn - A}`),
    invalidateRange: (asid, vpn, pages) => calls.push(`range ${asid} ${vpn - A} ${pages}`),
    invalidateAsid: (asid) => calls.push(`space ${asid}`),
    invalidateAll: () => calls.push('all'),
  };
  const kernel = new LinuxKernel({ mode: X86_64, memory: new PhysicalMemory(), tlb });
  kernel.createProcess(1);
  kernel.mmap(1, { vpn: A, pages: 600, prot: 'rw', shared: false });
  const touch = (pid: number, page: number): void => {
    const fault: Fault = {
      vector: 14,
      code: 6,
      reason: 'not-present',
      level: 1,
      vpn: A + page,
      offset: 0,
      access: STORE,
      privilege: USER,
      step: '',
    };
    kernel.handleFault(pid, fault);
  };
  return { kernel, calls, touch };
}

describe('invalidations follow every restriction', () => {
  it('33 pages are flushed as a range, 34 with the whole address space (tlb_single_page_flush_ceiling)', () => {
    const { kernel, calls, touch } = recorded();
    for (let page = 0; page < 100; page++) touch(1, page);
    calls.length = 0;
    kernel.mprotect(1, A, 33, 'r');
    kernel.mprotect(1, A + 40, 34, 'r');
    expect(calls).toEqual(['range 1 0 33', 'space 1']);
  });

  it('nothing is flushed where nothing was mapped', () => {
    const { kernel, calls } = recorded();
    kernel.mprotect(1, A, 20, 'r');
    kernel.munmap(1, A + 100, 20);
    expect(calls).toEqual([]);
  });

  it('fork flushes the parent, whose pages it write-protected, and not the child, which never ran', () => {
    const { kernel, calls, touch } = recorded();
    touch(1, 0);
    calls.length = 0;
    kernel.fork(1, 2);
    expect(calls).toEqual(['space 1']);
  });

  it('a COW copy flushes its own page in its own address space', () => {
    const { kernel, calls, touch } = recorded();
    touch(1, 5);
    kernel.fork(1, 2);
    calls.length = 0;
    touch(2, 5);
    expect(calls).toEqual(['page 2 5']);
    expect(kernel.lastFault).toBe('cowCopy');
  });

  it('a first touch flushes nothing: there was no translation', () => {
    const { calls, touch } = recorded();
    touch(1, 7);
    expect(calls).toEqual([]);
  });

  it('truncation and writeback reach every process that maps the file', () => {
    const { kernel, calls } = recorded();
    const file = kernel.createFile('f', 'ext4', 8 * 4096);
    kernel.fillFile(file, () => 0);
    kernel.mmap(1, {
      vpn: A + 1000,
      pages: 8,
      prot: 'rw',
      shared: true,
      file: { file, page: 0 },
      populate: true,
    });
    kernel.fork(1, 2);
    kernel.madvise(2, A + 1000, 8, 'populate_write');
    kernel.madvise(1, A + 1000, 8, 'populate_write');
    calls.length = 0;
    kernel.fsync(file);
    expect(new Set(calls)).toEqual(
      new Set([1, 2].flatMap((asid) => Array.from({ length: 8 }, (_, i) => `page ${asid} ${1000 + i}`))),
    );
    calls.length = 0;
    kernel.truncate(file, 4096);
    expect(calls.sort()).toEqual(['range 1 1001 7', 'range 2 1001 7']);
  });
});
