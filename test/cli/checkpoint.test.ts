import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { survive } from '../kill/loop.ts';
import { PROGRAM } from './own-process.ts';
import { pagewalk } from './run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-checkpoint-'));
const trace = join(folder, 'trace.pwt');
const whole = join(folder, 'whole.json');
const checkpoint = join(folder, 'kept.checkpoint');

/** A run whose last checkpoint is somewhere in the middle. */
beforeAll(async () => {
  await pagewalk('trace', 'gen', 'zygote', 'size=4M', 'life=40000', '--count', '400000', '-o', trace);
  await pagewalk('run', trace, '--json', whole);
  const args = ['--checkpoint', checkpoint, '--every', '250000', '--json', join(folder, 'kept.json')];
  expect(await pagewalk('run', trace, ...args)).toMatchObject({ exitCode: 0 });
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

/** Resumes and expects a refusal; what it said. */
async function refused(file: string, ...args: string[]): Promise<string> {
  const { exitCode, stderr } = await pagewalk('run', trace, '--resume', file, ...args);
  expect(exitCode, stderr).toBe(2);
  return stderr;
}

describe('run --checkpoint and --resume', () => {
  it('give the result of a run that was never ended, with and without checkpoints', async () => {
    const json = join(folder, 'resumed.json');
    expect(await pagewalk('run', trace, '--resume', checkpoint, '--json', json)).toMatchObject({
      exitCode: 0,
    });
    expect(readFileSync(json)).toEqual(readFileSync(whole));
    expect(readFileSync(join(folder, 'kept.json'))).toEqual(readFileSync(whole));
  });

  it.each([
    [['--machine', 'zen3'], 'machine (--machine, --set)'],
    [['--set', 'kernel.memoryBytes=1G'], 'machine (--machine, --set)'],
    [['--policy', 'cow-pte'], '--policy'],
    [['--kernel', 'demand'], '--kernel'],
    [['--warmup', '10'], '--warmup'],
    [['--limit', '300000', '--check'], '--check, --limit'],
    [['--core', 'ts'], '--core'],
  ])('refuse to go on with %j, and say what differs', async (args, words) => {
    expect(await refused(checkpoint, ...args)).toContain(`of another run: other ${words}\n`);
  });

  it('refuse to go on with another trace', async () => {
    const other = join(folder, 'other.pwt');
    await pagewalk('trace', 'gen', 'zygote', 'size=4M', '--count', '400000', '--seed', '2', '-o', other);
    const { exitCode, stderr } = await pagewalk('run', other, '--resume', checkpoint);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('of another run: other trace\n');
  });

  it.each([
    ['an empty file', (file: string) => truncateSync(file, 0)],
    ['no checkpoint', (file: string) => writeFileSync(file, 'I 400000,4\n')],
    ['a cut one', (file: string) => truncateSync(file, 10_000)],
    ['one with a flipped bit', (file: string) => flip(file, 5000)],
    ['one with a flipped bit at the end', (file: string) => flip(file, -1)],
  ])('refuse %s', async (_, harm) => {
    const harmed = join(folder, 'harmed.checkpoint');
    copyFileSync(checkpoint, harmed);
    harm(harmed);
    expect(await refused(harmed)).toMatch(/the checkpoint is damaged|this is no checkpoint/);
  });

  it('refuse a folder, a file that is not there, and standard input', async () => {
    expect(await refused(folder)).toContain('a checkpoint is a regular file');
    expect(await refused(join(folder, 'nowhere'))).toContain('no such file');
    const { exitCode, stderr } = await pagewalk('run', '-', '--checkpoint', join(folder, 'x'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('what can be read only once cannot be resumed');
  });

  it('refuse --every without --checkpoint, and less than one access', async () => {
    expect(await pagewalk('run', trace, '--every', '5')).toMatchObject({ exitCode: 2 });
    const none = await pagewalk('run', trace, '--checkpoint', join(folder, 'x'), '--every', '0');
    expect(none).toMatchObject({ exitCode: 2 });
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('say before the run that the folder is missing or that nothing can be written there', async () => {
    const { exitCode, stderr } = await pagewalk('run', trace, '--checkpoint', join(folder, 'no/such'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the folder of the output does not exist');
    expect(await pagewalk('run', trace, '--checkpoint', '/proc/state')).toMatchObject({ exitCode: 2 });
  });

  it('end with exit code 2 when the device is full', async () => {
    const full = await pagewalk('run', trace, '--checkpoint', '/dev/full', '--every', '1000');
    expect(full.exitCode).toBe(2);
    expect(full.stderr).toContain('no space left on the device');
  });

  it('keep the checkpoint before, and leave no half one, when there is no room for the next', () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    const kept = join(small, 'state');
    copyFileSync(checkpoint, kept);
    const command = [process.execPath, ...PROGRAM, 'run', trace, '--resume', kept, '--checkpoint', kept];
    // Files of at most 64 KiB: writing more fails as on a full disk, once the signal is ignored.
    const shell = `trap '' XFSZ; ulimit -f 128; exec "$@"`;
    const { status, stderr } = spawnSync('sh', ['-c', shell, 'sh', ...command, '--every', '1000'], {
      encoding: 'utf8',
    });
    expect(stderr).toContain('the file would be too large');
    expect(status).toBe(2);
    expect(readFileSync(kept)).toEqual(readFileSync(checkpoint));
    expect(readdirSync(small)).toEqual(['state']);
  }, 60_000);

  it('lose nothing but the time since the last checkpoint to SIGKILL', async () => {
    const seen = await survive({ folder, every: 70_000, kills: 3, seed: 7 });
    expect(seen).toMatchObject({ kills: 3, result: readFileSync(whole, 'utf8').replace(trace, 'trace.pwt') });
  }, 180_000);
});

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at < 0 ? bytes.length + at : at]! ^= 4;
  writeFileSync(file, bytes);
}
