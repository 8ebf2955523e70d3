import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/sim/machine/machine.ts';
import { arbitraryMachine, madeEligible } from './arbitrary-machine.ts';
import { type Path, runOracle, runReal } from './rig.ts';
import { arbitraryScript, inMode } from './script.ts';

const PATHS: [Path, string][] = [
  ['packed', 'with its filters on'],
  ['wide-records', 'one record at a time, unfiltered'],
  ['wide-regions', 'with more regions than a packed key holds'],
  ['wide-asids', 'with more address spaces than a packed key holds'],
  ['widening', 'that outgrows packed keys in mid-run'],
  ['accelerated', 'with what WebAssembly can do'],
  ['compacted', 'without repeats'],
  ['compacted-accelerated', 'without repeats, with what WebAssembly can do'],
];

/** Whatever the core may be used for: a machine that it knows all of, so that it runs what it can. */
const machineFor = (path: Path, machine: Machine) =>
  path.endsWith('accelerated') ? madeEligible(machine) : machine;

describe('the core equals the slow model in every counter, ledger line, fault and page-table entry', () => {
  it.each(PATHS)('%s: %s', (path) => {
    fc.assert(
      fc.property(arbitraryMachine, arbitraryScript, (any, steps) => {
        const machine = machineFor(path, any);
        const script = inMode(steps, machine.paging.mode);
        expect(runReal(machine, script, path)).toEqual(
          runOracle(machine, script, path === 'wide-asids' ? 30 : 1),
        );
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 120) },
    );
  });
});
