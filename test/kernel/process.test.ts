import { describe, expect, it } from 'vitest';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { brokenLaws } from '../oracle/kernel-conservation.ts';

const A = 0x100000000;

function machine(): ScenarioMachine {
  const on = new ScenarioMachine();
  on.kernel.createProcess(1);
  on.kernel.mmap(1, { vpn: A, pages: 64, prot: 'rw', shared: false });
  return on;
}

function write(on: ScenarioMachine, pid: number, page: number, value: number): void {
  on.kernel.writeMemory(on.access(pid, A + page, 0, true) as number, 0, value);
}

function read(on: ScenarioMachine, pid: number, page: number): number {
  return on.kernel.readMemory(on.access(pid, A + page, 0, false) as number, 0);
}

describe('clone and vfork with shared memory', () => {
  it('see each other write, copy no PTE and protect nothing', () => {
    const on = machine();
    write(on, 1, 0, 7);
    on.kernel.fork(1, 2, true);
    expect(on.kernel.rootOf(2)).toBe(on.kernel.rootOf(1));
    expect(on.kernel.state.counters.ptesCopied).toBe(0);
    const faults = on.kernel.process(2).minflt;
    write(on, 2, 0, 8);
    expect(on.kernel.process(2).minflt).toBe(faults);
    expect(read(on, 1, 0)).toBe(8);
  });

  it('keep the memory until the last of them ends', () => {
    const on = machine();
    on.kernel.fork(1, 2, true);
    write(on, 2, 0, 9);
    on.kernel.exit(1);
    expect(read(on, 2, 0)).toBe(9);
    on.kernel.exit(2);
    expect(on.kernel.state.buddy.usedFrames).toBe(1);
  });

  it('a vfork child that execs gets an address space of its own; the parent keeps its', () => {
    const on = machine();
    write(on, 1, 0, 7);
    on.kernel.fork(1, 2, true);
    on.kernel.exec(2, 'ls');
    expect(on.kernel.process(2).mm.vmas.count).toBe(0);
    expect(on.access(2, A, 0, false)).toEqual({ kind: 'signal', signal: 'SIGSEGV', code: 'MAPERR' });
    expect(read(on, 1, 0)).toBe(7);
  });
});

describe('execve', () => {
  it('frees what only this process had', () => {
    const on = machine();
    for (let page = 0; page < 10; page++) write(on, 1, page, 1);
    on.kernel.exec(1, 'sh');
    // A root table and the zero page.
    expect(on.kernel.state.buddy.usedFrames).toBe(2);
    expect(on.kernel.process(1).name).toBe('sh');
  });
});

describe('the stack', () => {
  const TOP = 0x7ffff0000;
  const withStack = (): ScenarioMachine => {
    const on = machine();
    on.kernel.mmap(1, { vpn: TOP - 32, pages: 32, prot: 'rw', shared: false, growsDown: true });
    return on;
  };

  it('grows down to the page that faults', () => {
    const on = withStack();
    expect(typeof on.access(1, TOP - 40, 0, true)).toBe('number');
    const vma = on.kernel.process(1).mm.vmas.find(TOP - 40)!;
    expect([vma.start, vma.end]).toEqual([TOP - 40, TOP]);
    expect(brokenLaws(on.kernel)).toEqual([]);
  });

  it('does not grow beyond 8 MiB', () => {
    const on = withStack();
    expect(typeof on.access(1, TOP - 2048, 0, true)).toBe('number');
    expect(on.access(1, TOP - 2049, 0, true)).toMatchObject({ signal: 'SIGSEGV', code: 'MAPERR' });
  });

  it('does not come closer than 256 pages to what lies below', () => {
    const on = withStack();
    on.kernel.mmap(1, { vpn: TOP - 1000, pages: 10, prot: 'rw', shared: false });
    expect(on.access(1, TOP - 990 + 255, 0, true)).toMatchObject({ code: 'MAPERR' });
    expect(typeof on.access(1, TOP - 990 + 256, 0, true)).toBe('number');
  });
});

describe('brk', () => {
  it('grows and shrinks one private anonymous mapping', () => {
    const on = machine();
    const heap = A + 10_000;
    on.kernel.brk(1, heap);
    on.kernel.brk(1, heap + 20);
    expect(typeof on.access(1, heap + 19, 0, true)).toBe('number');
    on.kernel.brk(1, heap + 50);
    const { vmas } = on.kernel.process(1).mm;
    expect([vmas.find(heap)!.start, vmas.find(heap)!.end]).toEqual([heap, heap + 50]);
    on.kernel.brk(1, heap + 5);
    expect(on.access(1, heap + 19, 0, true)).toMatchObject({ code: 'MAPERR' });
  });

  it('is ENOMEM where another mapping is in the way', () => {
    const on = machine();
    on.kernel.brk(1, A + 10_000);
    on.kernel.mmap(1, { vpn: A + 10_010, pages: 1, prot: 'r', shared: false });
    expect(on.kernel.brk(1, A + 10_020)).toBe('ENOMEM');
  });
});

describe('other paging modes', () => {
  it.each(['sv39', 'sv48', 'la57'])('%s: copy on write isolates parent and child', async (name) => {
    const { modeNamed } = await import('../../src/mmu/mode/index.ts');
    const { LinuxKernel } = await import('../../src/kernel/linux.ts');
    const { PhysicalMemory } = await import('../../src/memory/physical.ts');
    const { pageAt } = await import('../../src/kernel/proc/pagemap.ts');
    const kernel = new LinuxKernel({ mode: modeNamed(name), memory: new PhysicalMemory() });
    kernel.createProcess(1);
    const vpn = 0x10000;
    kernel.mmap(1, { vpn, pages: 512, prot: 'rw', shared: false });
    const fault = {
      vector: 15,
      code: 15,
      reason: 'not-present',
      level: 1,
      vpn,
      offset: 0,
      access: 2,
      privilege: 0,
      step: '',
    } as const;
    kernel.handleFault(1, fault);
    kernel.fork(1, 2);
    kernel.handleFault(2, { ...fault, reason: 'not-writable' });
    expect(kernel.lastFault).toBe('cowCopy');
    kernel.handleFault(1, { ...fault, reason: 'not-writable' });
    expect(kernel.lastFault).toBe('cowReuse');
    const frames = [1, 2].map((pid) => pageAt(kernel.state, kernel.process(pid).mm, vpn).pfn);
    expect(frames[0]).not.toBe(frames[1]);
    kernel.mprotect(1, vpn, 1, '');
    expect(pageAt(kernel.state, kernel.process(1).mm, vpn)).toMatchObject({ kind: 'anon', pfn: frames[0] });
  });
});
