import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../../../src/core/errors.ts';
import { record } from '../../../../src/trace/node/record/recorder.ts';
import type { Valgrind } from '../../../../src/trace/node/record/valgrind.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-recorder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/**
 * A stand-in for the lackey tool: writes a few lines to the log that it is given, then executes the command's next
 * program through the launcher, as Valgrind does, or ends as the command says. Commands: `exit N`, `then COMMAND ...`.
 */
function fakeValgrind(): Valgrind {
  const lackey = join(folder, 'lackey');
  writeFileSync(
    lackey,
    `#!/bin/sh
log=\${1#--log-file=}
log=$(echo "$log" | sed "s/%p/$$/")
options=$1
while [ "$1" != -- ]; do shift; done
shift 2
printf '==%d== Lackey\\nI  00401000,4\\n S 1fff000698,8\\n' $$ > "$log"
case $1 in
  exit) printf 'SYSCALL[%d,1](231) exit_group( %d ) --> [pre-success] Success(0x0) \\n' $$ $2 >> "$log"; exit $2 ;;
  then) shift
        printf 'SYSCALL[%d,1](59) sys_execve ( 0x1(/bin/sh), 0x2, 0x3 )' $$ >> "$log"
        exec "$VALGRIND_LAUNCHER" "$options" -- /bin/sh "$@" ;;
  die) kill -9 $$ ;;
esac
`,
    { mode: 0o700 },
  );
  return { folder, lackey, version: 'fake' };
}

interface Taken {
  records: number;
  readonly kinds: string[];
}

async function run(command: string[], limit = Number.POSITIVE_INFINITY) {
  const taken: Taken = { records: 0, kinds: [] };
  const workFolder = join(folder, 'work');
  const { mkdirSync } = await import('node:fs');
  mkdirSync(workFolder, { recursive: true });
  const outcome = await record({
    valgrind: fakeValgrind(),
    command: ['/bin/sh', ...command],
    workFolder,
    kernelAccesses: true,
    emit: async (chunk) => {
      taken.records += chunk.count;
      taken.kinds.push(...chunk.events.map(({ event }) => event.kind));
      return taken.records < limit;
    },
  });
  return { ...outcome, ...taken, left: readdirSync(workFolder) };
}

describe('a recording', () => {
  it('has the exit code of the command, and leaves no logs behind', async () => {
    const { exitCode, records, kinds, left } = await run(['exit', '3']);
    expect(exitCode).toBe(3);
    expect(records).toBe(2);
    expect(kinds.at(-1)).toBe('exit');
    expect(left).toEqual([]);
  });

  it('keeps what each program of a process did: an exec does not overwrite the log before it', async () => {
    const { exitCode, records, kinds } = await run(['then', 'then', 'exit', '0']);
    expect(exitCode).toBe(0);
    expect(records).toBe(6);
    expect(kinds.filter((kind) => kind === 'exec')).toHaveLength(2);
  });

  it('of a command that is killed ends all the same', async () => {
    const { exitCode, records, kinds } = await run(['die']);
    expect(exitCode).toBe(128 + 9);
    expect(records).toBe(2);
    expect(kinds).toContain('exit');
  });

  it('of a program that is not there is refused before anything is started', async () => {
    const options = { valgrind: fakeValgrind(), kernelAccesses: true, emit: async () => true };
    await expect(record({ ...options, command: ['no-such-program-here'] })).rejects.toBeInstanceOf(
      InputError,
    );
    expect(existsSync(join(folder, 'work'))).toBe(false);
  });
});
