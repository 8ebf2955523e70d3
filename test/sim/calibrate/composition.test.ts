import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/core/ledger.ts';
import { FREE_OF_CHARGE } from '../../../src/kernel/cost/parts.ts';
import type { FigureName } from '../../../src/sim/calibrate/figures.ts';
import { partEstimates } from '../../../src/sim/calibrate/parts.ts';
import { ScenarioMachine } from '../../../src/sim/scenario/machine.ts';
import { madeUpHost } from './made-up-host.ts';

const A = 0x100000000;
const host = madeUpHost();

/** The kernel layer with the prices of the made-up host, a cycle for a ns; its page tables are there already. */
function kernelLayer(): ScenarioMachine {
  const prices = Object.fromEntries(partEstimates(host).map(({ part, ns }) => [part, ns]));
  const machine = new ScenarioMachine({ ledger: new Ledger(), costs: { ...FREE_OF_CHARGE, ...prices } });
  machine.kernel.createProcess(1);
  return machine;
}

function anonymous(shared = false): ScenarioMachine {
  const machine = kernelLayer();
  machine.kernel.mmap(1, { vpn: A, pages: 64, prot: 'rw', shared });
  machine.access(1, A + 63, 0, true);
  return machine;
}

function ofFile(fs: 'ext4' | 'tmpfs', shared: boolean): ScenarioMachine {
  const machine = kernelLayer();
  const file = machine.kernel.createFile('f', fs, 64 * 4096);
  machine.kernel.fillFile(file, () => 0);
  machine.kernel.mmap(1, { vpn: A, pages: 64, prot: 'rw', shared, file: { file, page: 0 } });
  machine.access(1, A + 63, 0, true);
  return machine;
}

function touched(machine: ScenarioMachine, write: boolean): ScenarioMachine {
  machine.access(1, A, 0, write);
  return machine;
}

function forked(machine: ScenarioMachine, childGone = false): ScenarioMachine {
  machine.kernel.fork(1, 2);
  if (childGone) machine.kernel.exit(2);
  return machine;
}

describe('prices derived from measured faults, composed by the kernel layer, give each fault back', () => {
  it.each<[FigureName, () => ScenarioMachine, boolean]>([
    ['zeroPage', () => anonymous(), false],
    ['demandZero', () => anonymous(), true],
    ['cowZero', () => touched(anonymous(), false), true],
    ['cowCopy', () => forked(touched(anonymous(), true)), true],
    ['cowReuse', () => forked(touched(anonymous(), true), true), true],
    ['sharedAnon', () => anonymous(true), true],
    ['tmpfsReadAround', () => ofFile('tmpfs', false), false],
    ['tmpfsWrite', () => ofFile('tmpfs', true), true],
    ['diskReadAround', () => ofFile('ext4', false), false],
    ['diskMkwrite', () => touched(ofFile('ext4', true), false), true],
  ])('%s', (figure, prepare, write) => {
    const machine = prepare();
    machine.access(1, A, 0, write);
    expect(machine.kernel.lastCycles).toBeCloseTo(host.figures[figure]!.ns, 6);
  });
});
