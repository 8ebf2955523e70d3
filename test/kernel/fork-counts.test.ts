import { describe, expect, it } from 'vitest';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';

const GIB_PAGES = 262_144;
const VPN = 0x100000000;

function parentWith(shared: boolean): ScenarioMachine {
  const machine = new ScenarioMachine();
  machine.kernel.createProcess(1);
  machine.kernel.mmap(1, { vpn: VPN, pages: GIB_PAGES, prot: 'rw', shared });
  return machine;
}

function writeAll(machine: ScenarioMachine, pid: number, value: number): void {
  for (let page = 0; page < GIB_PAGES; page++) {
    const frame = machine.access(pid, VPN + page, 0, true) as number;
    machine.kernel.writeMemory(frame, 0, value);
  }
}

describe('1 GiB of private memory, touched, forked and rewritten by the child', () => {
  const machine = parentWith(false);
  const { kernel } = machine;
  const { counters } = kernel.state;
  writeAll(machine, 1, 3);

  it('takes 262,144 demand-zero faults and 2,056 kB of page tables (512 last tables, one above, one above that)', () => {
    expect(counters.faultsByKind.demandZero).toBe(262_144);
    expect(kernel.process(1).minflt).toBe(262_144);
    expect(kernel.process(1).mm.tables * 4).toBe(2056);
  });

  it('has 262,144 PTEs copied by fork, which takes no fault and copies no page', () => {
    kernel.fork(1, 2);
    expect(counters.ptesCopied).toBe(262_144);
    expect(counters.bytesCopied).toBe(0);
    expect(kernel.process(2).minflt).toBe(0);
    expect(kernel.process(2).mm.tables * 4).toBe(2056);
  });

  it('is copied page by page as the child writes, and the parent keeps its bytes', () => {
    writeAll(machine, 2, 4);
    expect(counters.faultsByKind.cowCopy).toBe(262_144);
    expect(counters.bytesCopied).toBe(2 ** 30);
    for (const page of [0, 1, 77_777, 262_143]) {
      expect(kernel.readMemory(machine.access(1, VPN + page, 0, false) as number, 0)).toBe(3);
      expect(kernel.readMemory(machine.access(2, VPN + page, 0, false) as number, 0)).toBe(4);
    }
  });

  it('takes under 64 bytes of host memory for each of the 524,288 simulated pages', () => {
    const { frames, memory, contents, buddy } = kernel.state;
    expect(buddy.usedFrames).toBeGreaterThan(524_288);
    expect((frames.hostBytes + memory.hostBytes + contents.hostBytes) / 524_288).toBeLessThan(64);
  });
});

describe('1 GiB of shared memory, touched and forked', () => {
  it('has no PTE copied: faults can rebuild them', () => {
    const machine = parentWith(true);
    writeAll(machine, 1, 3);
    machine.kernel.fork(1, 2);
    expect(machine.kernel.state.counters.ptesCopied).toBe(0);
    expect(machine.kernel.process(2).mm.tables).toBe(0);
  });
});
