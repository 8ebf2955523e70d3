import { describe, expect, it } from 'vitest';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { brokenLaws } from '../oracle/kernel-conservation.ts';

const SMALL = 0x100000000;
const HUGE = 0x100010000;

describe('a first touch where huge pages are allowed', () => {
  const machine = (smallPages: number) => {
    const on = new ScenarioMachine({ memoryBytes: 4 * 2 ** 20 });
    const { kernel } = on;
    kernel.createProcess(1);
    kernel.mmap(1, { vpn: SMALL, pages: 700, prot: 'rw', shared: false });
    for (let page = 0; page < smallPages; page++)
      kernel.writeMemory(on.access(1, SMALL + page, 0, true) as number, 0, 1 + (page % 255));
    kernel.mmap(1, { vpn: HUGE, pages: 512, prot: 'rw', shared: false });
    kernel.madvise(1, HUGE, 512, 'hugepage');
    return on;
  };

  it('that is a read maps the huge zero page, which all share', () => {
    const { kernel, access } = wrap(machine(0));
    access(HUGE + 5);
    expect(kernel.lastFault).toBe('hugeZeroPage');
    expect(kernel.process(1).mm.resident).toBe(0);
  });

  it('that is a read maps the small zero page when no memory is left in one piece, and touches no frame of anybody', () => {
    // 700 of 1,024 frames in use: 2 MiB in one piece are not to be had.
    const { kernel, access } = wrap(machine(700));
    access(HUGE + 5);
    expect(kernel.lastFault).toBe('zeroPage');
    for (let page = 0; page < 700; page++)
      expect(kernel.readMemory(access(SMALL + page), 0)).toBe(1 + (page % 255));
    expect(brokenLaws(kernel)).toEqual([]);
    kernel.exit(1);
    expect(kernel.state.buddy.usedFrames).toBe(1);
  });

  it('that is a write gets a small page of its own then', () => {
    const on = machine(700);
    expect(on.access(1, HUGE + 5, 0, true)).toBeTypeOf('number');
    expect(on.kernel.lastFault).toBe('demandZero');
    expect(on.kernel.process(1).mm.anonPages).toBe(701);
    expect(brokenLaws(on.kernel)).toEqual([]);
  });
});

function wrap(on: ScenarioMachine) {
  return { kernel: on.kernel, access: (vpn: number) => on.access(1, vpn, 0, false) as number };
}
