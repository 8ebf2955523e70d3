import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/sim/result.ts';
import { pagewalk } from './run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-costs-'));
const TRACE = 'traces/perl-fork.pwt';

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function run(...args: string[]): Promise<RunResult> {
  const { stdout, exitCode } = await pagewalk('run', TRACE, '--limit', '40000', '--json', '-', ...args);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as RunResult;
}

describe('run --costs', () => {
  it('charges a part for the time that the preset says: 1,000 cycles at 2 GHz are 1,700 of a machine of 3.4 GHz', async () => {
    const costs = file('host.yaml', 'name: host\ncore: { frequencyGHz: 2 }\ncosts: { zero: 1000 }\n');
    const { cycles, faults, machine } = await run('--costs', costs);
    expect(machine.core.frequencyGHz).toBe(3.4);
    expect(faults.byKind.demandZero).toBeGreaterThan(0);
    expect(cycles.ledger['kernel.fault.demandZero.zero']).toBe(1700 * faults.byKind.demandZero!);
  });

  it('leaves its name, clock and provenance in the result', async () => {
    const text =
      'name: host\ncore: { frequencyGHz: 2 }\nprovenance: { cpu: mine, rounds: 5 }\ncosts: { zero: 1000 }\n';
    const { kernel } = await run('--costs', file('told.yaml', text));
    expect(kernel.costs).toEqual({
      name: 'host',
      frequencyGHz: 2,
      provenance: { cpu: 'mine', rounds: 5 },
    });
  });

  it('changes no fault, only what faults cost', async () => {
    const plain = await run();
    const priced = await run('--costs', 'eurosys21');
    expect(priced.faults.byKind).toEqual(plain.faults.byKind);
    expect(plain.kernel.costs?.name).toBe('linux-6.18');
    expect(priced.kernel.costs?.name).toBe('eurosys21');
  });
});

describe('run --costs refuses, with exit 2, place and remedy,', () => {
  const core = 'core: { frequencyGHz: 2 }\n';
  it.each([
    ['an unknown name', 'eurosys2', "no cost preset is called 'eurosys2'", "did you mean 'eurosys21'?"],
    ['a missing file', './none.yaml', "no cost preset file './none.yaml'", 'pagewalk calibrate -o FILE'],
    ['a folder', 'test', 'this is a directory', 'name a file in it'],
    ['a machine', 'machines/skylake.yaml', 'has its prices under `costs`', 'calibrate -o FILE'],
    ['broken YAML', file('a.yaml', 'costs: {'), 'not readable as YAML', 'a.yaml:1:'],
    ['an unknown part', file('b.yaml', `${core}costs: { coppy: 3 }\n`), "called 'coppy'", "'copy'"],
    ['a negative price', file('c.yaml', `${core}costs: { copy: -3 }\n`), "price of 'copy'", 'c.yaml:2:16'],
    ['no clock rate', file('d.yaml', 'costs: { copy: 3 }\n'), 'core.frequencyGHz is missing', 'd.yaml'],
    ['bytes that are no text', file('e.yaml', '\u{fffd}'), 'a mapping of keys', 'e.yaml'],
  ])('%s', async (_what, costs, message, hint) => {
    const { exitCode, stdout, stderr } = await pagewalk('run', TRACE, '--costs', costs);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).toContain('try:');
  });

  it('the kernel that charges no such work', async () => {
    const { exitCode, stderr } = await pagewalk('run', TRACE, '--costs', 'eurosys21', '--kernel', 'demand');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('leave --kernel out');
  });
});
