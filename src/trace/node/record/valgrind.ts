import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { InputError } from '../../../core/errors.ts';

/** An installed Valgrind, as far as recording needs it. */
export interface Valgrind {
  /** The folder of its tools. */
  readonly folder: string;
  /** The lackey tool, which can be started without Valgrind's launcher. */
  readonly lackey: string;
  readonly version: string;
}

const TOOL = 'lackey-amd64-linux';
const FOLDERS = [
  '/usr/libexec/valgrind',
  '/usr/lib/valgrind',
  '/usr/lib64/valgrind',
  '/usr/lib/x86_64-linux-gnu/valgrind',
  '/usr/local/libexec/valgrind',
  '/usr/local/lib/valgrind',
];

/**
 * Finds Valgrind.
 * @throws InputError with the install line of this distribution when there is none, or this is not Linux on x86-64
 */
export function findValgrind(): Valgrind {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new InputError(
      `recording works on Linux on x86-64, and this is ${process.platform} on ${process.arch}`,
      {
        remedy: 'record there, and run the trace anywhere',
      },
    );
  const own = process.env.VALGRIND_LIB;
  for (const folder of own ? [own] : [...besideLauncher(), ...FOLDERS]) {
    const lackey = join(folder, TOOL);
    if (isExecutable(lackey)) return { folder, lackey, version: versionOf(lackey) };
  }
  throw new InputError('recording needs Valgrind with its lackey tool, which is not here', {
    remedy: installLine(),
  });
}

/** Where the tools are when `valgrind` on the PATH was installed under a prefix of its own. */
function besideLauncher(): string[] {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const launcher = join(folder, 'valgrind');
    if (!isExecutable(launcher)) continue;
    const prefix = dirname(dirname(realpathSync(launcher)));
    return [join(prefix, 'libexec/valgrind'), join(prefix, 'lib/valgrind')];
  }
  return [];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(lackey: string): string {
  // A tool refuses to start when it does not know its launcher.
  const env = { ...process.env, VALGRIND_LAUNCHER: lackey };
  return execFileSync(lackey, ['--version'], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

const INSTALL: readonly { readonly like: RegExp; readonly line: string }[] = [
  { like: /debian|ubuntu/, line: 'apt-get install valgrind' },
  { like: /fedora|rhel|centos/, line: 'dnf install valgrind' },
  { like: /arch/, line: 'pacman -S valgrind' },
  { like: /suse/, line: 'zypper install valgrind' },
  { like: /alpine/, line: 'apk add valgrind' },
];

/** The command that installs Valgrind on the distribution that /etc/os-release names. */
function installLine(): string {
  let release = '';
  try {
    release = readFileSync('/etc/os-release', 'utf8');
  } catch {
    // A system without the file gets the general advice.
  }
  const ids = [...release.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map((match) => match[1]).join(' ');
  return (
    INSTALL.find(({ like }) => like.test(ids))?.line ?? 'install the package valgrind, or set VALGRIND_LIB'
  );
}

/**
 * Writes the program that stands in for Valgrind's launcher, and returns its path. A process that executes another
 * program keeps its number, so Valgrind would open the log of that number again and empty it: this gives every
 * program a log of its own, PID.N.log, N counting the programs of a process.
 */
export function writeLauncher(folder: string, valgrind: Valgrind): string {
  const path = join(folder, 'launcher');
  const script = `#!/bin/sh
# $1 is always --log-file=FOLDER/%p.N.log, as the program before had it.
n=\${1##*%p.}
n=\${n%.log}
shift
n=$((n + 1))
while [ -e ${quote(folder)}/$$.$n.log ]; do n=$((n + 1)); done
export VALGRIND_LAUNCHER=${quote(path)} VALGRIND_LIB=${quote(valgrind.folder)}
exec ${quote(valgrind.lackey)} --log-file=${quote(folder)}/%p.$n.log "$@"
`;
  writeFileSync(path, script, { mode: 0o700 });
  return path;
}

/** The arguments of the launcher that record a command. */
export function launcherArguments(folder: string, command: readonly string[]): string[] {
  return [
    `--log-file=${folder}/%p.-1.log`,
    '--tool=lackey',
    '--basic-counts=no',
    '--trace-mem=yes',
    '--trace-syscalls=yes',
    '--trace-sched=yes',
    '--trace-children=yes',
    '--vgdb=no',
    '--',
    ...command,
  ];
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
