import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pagewalk } from './run-program.ts';

const FORK = 'traces/scenarios/private-anon-fork.scn';

function scriptFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'pagewalk-')), 's.scn');
  writeFileSync(path, text);
  return path;
}

describe('pagewalk scenario run', () => {
  it('prints the lines that a real kernel answered, to the letter', async () => {
    const { exitCode, stdout } = await pagewalk('scenario', 'run', FORK);
    const recorded = readFileSync('test/fixtures/scenarios/answers/private-anon-fork.jsonl', 'utf8');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(recorded.slice(recorded.indexOf('\n') + 1));
  });

  it('--pretty says for people what happened and which frames processes share', async () => {
    const { stdout } = await pagewalk('scenario', 'run', FORK, '--pretty');
    expect(stdout).toMatch(/│ +9 │ 2 w A 2 .*│ copy +A -> A, mapped 1x +│ +1 │/);
    expect(stdout).toMatch(/shared between processes: A0 \(1, 2\), A1 \(1, 2\)/);
  });

  it('--proc prints a /proc file as it is after a line', async () => {
    const script = scriptFile('1 mmap A 16 prot=rw flags=private,anon\n1 ww A[0..4] 1\n1 fork 2\n2 w A 2\n');
    const maps = await pagewalk('scenario', 'run', script, '--proc', 'maps', '--pid', '2');
    expect(maps.stdout).toBe('100000000000-100000010000 rw-p 00000000 00:00 0 \n');
    const status = await pagewalk('scenario', 'run', script, '--proc', 'status', '--line', '2');
    expect(status.stdout).toMatch(/^VmRSS:\t {6}16 kB$/m);
    expect(status.stdout).toMatch(/^VmPTE:\t {6}12 kB$/m);
    const missing = await pagewalk('scenario', 'run', script, '--proc', 'maps', '--pid', '2', '--line', '2');
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toMatch(/there is no process 2 by then/);
  });

  it('refuses a mistake with line and column, and exit code 2', async () => {
    const script = scriptFile('1 mmap A 4 prot=rw flags=private,anon\n1 ww A[0..9] 1\n');
    const { exitCode, stdout, stderr } = await pagewalk('scenario', 'run', script);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${script}:2:11`);
    expect(stderr).toMatch(/page 9 lies outside region 'A'/);
  });

  it('says that a file is missing', async () => {
    const { exitCode, stderr } = await pagewalk('scenario', 'run', '/nowhere/x.scn');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/no such file or folder/);
  });
});

describe('pagewalk scenario random', () => {
  it('makes the same script of the same seed, another of another', async () => {
    const one = await pagewalk('scenario', 'random', '--seed', '7', '--profile', 'mixed');
    const again = await pagewalk('scenario', 'random', '--seed', '7', '--profile', 'mixed');
    const other = await pagewalk('scenario', 'random', '--seed', '8', '--profile', 'mixed');
    expect(one.stdout).toBe(again.stdout);
    expect(one.stdout).not.toBe(other.stdout);
  });

  it('makes scripts that run', async () => {
    for (const profile of ['core', 'mixed', 'thp', 'file']) {
      const { stdout } = await pagewalk('scenario', 'random', '--seed', '3', '--profile', profile);
      const { exitCode } = await pagewalk('scenario', 'run', scriptFile(stdout));
      expect(exitCode).toBe(0);
    }
  });

  it('refuses a count that is none', async () => {
    const { exitCode, stderr } = await pagewalk('scenario', 'random', '--count', '0');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--count is 0/);
  });
});

describe('pagewalk scenario isolation', () => {
  it('says that programs see the same under a policy that only costs differently', async () => {
    const { exitCode, stdout } = await pagewalk('scenario', 'isolation', FORK, '--policy', 'on-demand-fork');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: '1 scenario under on-demand-fork: programs see the same\n',
    });
  });

  it('names the first wrong byte of one that breaks isolation, and exits with 1', async () => {
    const script = scriptFile('1 mmap A 2 prot=rw flags=private,anon\n1 w A 5\n1 fork 2\n2 w A 6\n1 r A\n');
    const { exitCode, stdout } = await pagewalk('scenario', 'isolation', script, FORK, '--policy', 'vfork');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${script}:5: 1 r A: val is 6, under Linux 6.18 5\n`);
    expect(stdout).toContain('2 scenarios under vfork: 2 differ\n');
  });
});
