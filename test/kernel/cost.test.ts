import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/core/ledger.ts';
import { LINUX_6_18_COSTS, LINUX_6_18_PRICES, MEASURED } from '../../src/kernel/cost/linux-6.18.ts';
import { PARTS } from '../../src/kernel/cost/parts.ts';
import { scaleCosts } from '../../src/kernel/cost/scale.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';

const A = 0x100000000;

function machineWith(setUp: (machine: ScenarioMachine) => void): {
  machine: ScenarioMachine;
  ledger: Ledger;
} {
  const ledger = new Ledger();
  const machine = new ScenarioMachine({ ledger, costs: LINUX_6_18_COSTS });
  machine.kernel.createProcess(1);
  setUp(machine);
  ledger.reset();
  return { machine, ledger };
}

const anon = (machine: ScenarioMachine, shared = false): void => {
  machine.kernel.mmap(1, { vpn: A, pages: 64, prot: 'rw', shared });
  // The page table is there already: the measured medians are of faults that need none.
  machine.access(1, A + 63, 0, true);
};

const file = (machine: ScenarioMachine, fs: 'ext4' | 'tmpfs', shared: boolean): void => {
  const made = machine.kernel.createFile('f', fs, 64 * 4096);
  machine.kernel.fillFile(made, () => 0);
  machine.kernel.mmap(1, { vpn: A, pages: 64, prot: 'rw', shared, file: { file: made, page: 0 } });
  machine.access(1, A + 63, 0, true);
};

describe('the parts of a fault add up to what was measured on Linux 6.18', () => {
  it.each<[string, number, (machine: ScenarioMachine) => void, boolean]>([
    ['zero-page read', MEASURED.zeroPage, (m) => anon(m), false],
    ['demand-zero write', MEASURED.demandZero, (m) => anon(m), true],
    [
      'COW from the zero page',
      MEASURED.cowFromZeroPage,
      (m) => {
        anon(m);
        m.access(1, A, 0, false);
      },
      true,
    ],
    [
      'COW copy',
      MEASURED.cowCopy,
      (m) => {
        anon(m);
        m.access(1, A, 0, true);
        m.kernel.fork(1, 2);
      },
      true,
    ],
    [
      'COW reuse',
      MEASURED.cowReuse,
      (m) => {
        anon(m);
        m.access(1, A, 0, true);
        m.kernel.fork(1, 2);
        m.kernel.exit(2);
      },
      true,
    ],
    ['shared anonymous first write', MEASURED.sharedAnonFirstWrite, (m) => anon(m, true), true],
    ['ext4 read with fault-around', MEASURED.fileReadAroundExt4, (m) => file(m, 'ext4', false), false],
    ['tmpfs read with fault-around', MEASURED.fileReadAroundTmpfs, (m) => file(m, 'tmpfs', false), false],
    ['tmpfs shared write', MEASURED.tmpfsSharedWrite, (m) => file(m, 'tmpfs', true), true],
    [
      'ext4 mkwrite',
      MEASURED.ext4Mkwrite,
      (m) => {
        file(m, 'ext4', true);
        m.access(1, A, 0, false);
      },
      true,
    ],
    ['private file write', MEASURED.privateFileWrite, (m) => file(m, 'ext4', false), true],
  ])('%s: %i cycles', (_name, cycles, setUp, write) => {
    const { machine, ledger } = machineWith(setUp);
    machine.access(1, A, 0, write);
    expect(ledger.total()).toBe(cycles);
    expect(machine.kernel.lastCycles).toBe(cycles);
  });

  it('a first write to a huge page', () => {
    const { machine, ledger } = machineWith((m) => {
      m.kernel.mmap(1, { vpn: A, pages: 512, prot: 'rw', shared: false });
      m.kernel.madvise(1, A, 512, 'hugepage');
      m.kernel.mmap(1, { vpn: A + 1024, pages: 1, prot: 'rw', shared: false });
      m.access(1, A + 1024, 0, true);
    });
    machine.access(1, A, 0, true);
    expect(ledger.total()).toBe(MEASURED.hugeFirstWrite);
  });
});

describe('the parts of system calls add up', () => {
  const touched = (pages: number) => (m: ScenarioMachine) => {
    m.kernel.mmap(1, { vpn: A, pages, prot: 'rw', shared: false });
    for (let page = 0; page < pages; page++) m.access(1, A + page, 0, true);
  };

  it('mprotect and munmap of one page', () => {
    const { machine, ledger } = machineWith(touched(64));
    machine.kernel.mprotect(1, A, 1, 'r');
    expect(ledger.total()).toBe(MEASURED.mprotectOnePage);
    ledger.reset();
    machine.kernel.munmap(1, A, 1);
    expect(ledger.total()).toBe(MEASURED.munmapOnePage);
  });

  it('MAP_POPULATE: 4,026 cycles for each page', () => {
    const { machine, ledger } = machineWith(touched(1));
    const map = (vpn: number, pages: number) =>
      machine.kernel.mmap(1, { vpn, pages, prot: 'rw', shared: false, populate: true });
    map(A + 100, 1);
    const one = ledger.total();
    ledger.reset();
    map(A + 200, 101);
    expect(ledger.total() - one).toBe(100 * MEASURED.populatePerPage);
  });

  it('fork: 177 cycles for each of 512 resident pages', () => {
    const { machine, ledger } = machineWith(touched(512));
    machine.kernel.fork(1, 2);
    const upper = 3 * LINUX_6_18_COSTS.tableAllocate; // root and two tables above the last
    const perPage = (ledger.total() - MEASURED.forkBase - upper) / 512;
    expect(perPage).toBeCloseTo(MEASURED.forkPerPage, 0);
  });
});

describe('the ledger', () => {
  it('has one line for each part of each kind of fault', () => {
    const { machine, ledger } = machineWith((m) => anon(m));
    machine.access(1, A, 0, true);
    expect(ledger.lines()).toEqual({
      'kernel.fault.demandZero.exception': 1450,
      'kernel.fault.demandZero.vmaLookup': 160,
      'kernel.fault.demandZero.tableWalk': 150,
      'kernel.fault.demandZero.pteWrite': 299,
      'kernel.fault.demandZero.allocate': 1200,
      'kernel.fault.demandZero.zero': 833,
      'kernel.fault.demandZero.refcount': 367,
    });
  });

  it('prices every part with whole cycles and a source', () => {
    for (const part of PARTS) {
      expect(Number.isInteger(LINUX_6_18_PRICES[part].cycles), part).toBe(true);
      expect(LINUX_6_18_PRICES[part].cycles, part).toBeGreaterThan(0);
      expect(LINUX_6_18_PRICES[part].source).not.toBe('');
    }
  });
});

describe('prices at another clock', () => {
  it('take the same time: as many more cycles as the clock is faster, whole ones', () => {
    const scaled = scaleCosts(LINUX_6_18_COSTS, 1.5);
    // 1,450 and 417 cycles: 2,175 and 625.5.
    expect([scaled.exception, scaled.syscall]).toEqual([2175, 626]);
    expect(scaleCosts(LINUX_6_18_COSTS, 1)).toEqual(LINUX_6_18_COSTS);
  });
});
