import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagewalk } from '../run-program.ts';

const SHELL = join(import.meta.dirname, '../../../traces/shell-pipeline.pwt');
const LOGS = join(import.meta.dirname, '../../fixtures/trace/fork-logs/%p.log');
/** More than one block of a native trace, 262,144 accesses. */
const COUNT = 263_000;

let folder: string;
let trace: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-head-'));
  trace = join(folder, 't.pwt');
  await pagewalk('trace', 'gen', 'zipf', '--seed', '1', '--count', String(COUNT), '-o', trace);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('pagewalk trace head', () => {
  it.each([262_143, 262_144, 262_145, COUNT - 3])(
    '--from %i shows what a listing from the beginning shows there',
    async (from) => {
      const whole = (await pagewalk('trace', 'head', trace, '-n', String(2 * COUNT))).stdout.split('\n');
      const { stdout } = await pagewalk('trace', 'head', trace, '--from', String(from), '-n', '3');
      const at = whole.findIndex((line) => line.startsWith(`${String(from).padStart(10)} `));
      expect(stdout.trimEnd().split('\n')).toEqual(whole.slice(at, at + 3));
    },
  );

  it('--from leaves out the events of earlier accesses, also where the index is used', async () => {
    const { stdout } = await pagewalk('trace', 'head', SHELL, '--from', '1500000', '-n', '5');
    expect(stdout.split('\n')[0]).toMatch(/^ {3}1500000 {2}(fetch|load|store|modify) +0x/);
  });

  it('takes a set of lackey logs', async () => {
    const { stdout, exitCode } = await pagewalk('trace', 'head', LOGS, '-n', '100');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/14985 fork 14986/);
  });
});
