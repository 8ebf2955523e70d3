import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../sim/machine/temp-files.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** `pagewalk ARGS` as a process of its own. */
function start(
  args: string[],
  stdio: ('pipe' | 'ignore' | number)[] = ['pipe', 'pipe', 'pipe'],
): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { stdio });
}

function collected(child: ChildProcess): { stderr: string } {
  const printed = { stderr: '' };
  child.stderr!.on('data', (data: Buffer) => {
    printed.stderr += data.toString();
  });
  return printed;
}

const LINE = ' L 1ffeffe7e0,8\n';

describe('a process', () => {
  it('that is interrupted in mid-run exits with 130, says so, and leaves no half-written file', async () => {
    const { path } = temporaryFolder();
    const child = start(['run', '-', '--machine', 'lab-tiny', '--json', join(path, 'out.json')]);
    const printed = collected(child);
    // A trace that does not end; once much of it has been read, the run is under way.
    child.stdin!.on('error', () => undefined);
    const feed = (times: number) => {
      if (times === 20) child.kill('SIGINT');
      while (child.stdin!.writable && child.stdin!.write(LINE.repeat(10_000)));
      child.stdin!.once('drain', () => feed(times + 1));
    };
    feed(0);
    const [exitCode] = (await once(child, 'exit')) as [number];
    expect(exitCode).toBe(130);
    expect(printed.stderr).toContain('pagewalk: interrupted');
    expect(readdirSync(path)).toEqual([]);
  });

  it('whose reader has gone ends quietly, with exit code 2', async () => {
    const child = start(['machines', '--explain', 'skylake', '--json']);
    const printed = collected(child);
    child.stdout!.destroy();
    const [exitCode] = (await once(child, 'exit')) as [number];
    expect(exitCode).toBe(2);
    expect(printed.stderr).toBe('');
  });

  it('whose standard output is a full disk says so', async () => {
    const full = openSync('/dev/full', 'w');
    const child = start(['machines'], ['ignore', full, 'pipe']);
    closeSync(full);
    const printed = collected(child);
    const [exitCode] = (await once(child, 'exit')) as [number];
    expect(exitCode).toBe(2);
    expect(printed.stderr).toContain('no space left on the device');
    expect(printed.stderr).toContain('at:  standard output');
  });
});
