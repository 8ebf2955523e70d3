import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Page faults that the real kernel counted for a command. */
export interface NativeFaults {
  readonly minor: number;
  readonly major: number;
  /** By process, in order of their first fault; empty when only the sum is known. */
  readonly processes: readonly { readonly name: string; readonly minor: number; readonly major: number }[];
  /** What counted them. */
  readonly by: string;
}

/**
 * Runs a command without Valgrind, its input and output being /dev/null, and counts its page faults: one by one with
 * `perf record` where that is allowed; else as the sum over all its processes that were waited for, which includes
 * what this process's own fork of it faulted before the exec (some 90 faults).
 */
export async function countNativeFaults(command: readonly string[]): Promise<NativeFaults> {
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-native-'));
  try {
    const data = join(folder, 'faults');
    const words = [
      'record',
      '-q',
      '-e',
      'minor-faults,major-faults',
      '-c',
      '1',
      '-o',
      data,
      '--',
      ...command,
    ];
    if (await run(PERF, words)) {
      const faults = await fromPerfData(data);
      if (faults.minor > 0) return faults;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const before = childFaults();
  await run(command[0]!, command.slice(1));
  const after = childFaults();
  return {
    minor: after.minor - before.minor,
    major: after.major - before.major,
    processes: [],
    by: 'rusage of all its processes, those before the exec included',
  };
}

/** Runs a program to its end, whatever its status; false when it cannot be started. */
async function run(program: string, words: readonly string[]): Promise<boolean> {
  const child = spawn(program, words, { stdio: 'ignore' });
  const failed = once(child, 'error').then(() => false);
  const closed = once(child, 'close').then(() => true);
  return Promise.race([failed, closed]);
}

/** Of the package linux-perf. */
const PERF = 'perf';
/** One sample a line: `python3 14696/14697 minor-faults:`, the process before its thread. */
const FAULT = /^\s*(.*?)\s+(\d+)\/(\d+)\s+(minor|major)-faults:/;

async function fromPerfData(data: string): Promise<NativeFaults> {
  const words = ['script', '-i', data, '-F', 'comm,pid,tid,event'];
  const { stdout } = spawn(PERF, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  const processes = new Map<string, { name: string; minor: number; major: number }>();
  for await (const line of createInterface({ input: stdout })) {
    const fault = FAULT.exec(line);
    if (!fault) continue;
    const [, name = '', pid = '', tid, kind] = fault;
    const process = processes.get(pid) ?? { name, minor: 0, major: 0 };
    // The name that a process ends with: before its exec it has its parent's.
    if (tid === pid) process.name = name;
    if (kind === 'minor') process.minor++;
    else process.major++;
    processes.set(pid, process);
  }
  const all = [...processes.values()];
  const sum = (kind: 'minor' | 'major'): number => all.reduce((total, process) => total + process[kind], 0);
  return { minor: sum('minor'), major: sum('major'), processes: all, by: 'perf record' };
}

/** Faults of the children that this process has waited for (proc(5), /proc/self/stat). */
function childFaults(): { minor: number; major: number } {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { minor: Number(fields[8]), major: Number(fields[10]) };
}

/** The counts as properties of a trace. */
export function nativeProperties({ minor, major, processes, by }: NativeFaults): Record<string, string> {
  return {
    'native.minflt': String(minor),
    'native.majflt': String(major),
    ...(processes.length > 0 && {
      'native.processes': processes
        .slice(0, MAX_PROCESSES)
        .map((process) => `${process.name}:${process.minor}:${process.major}`)
        .join(' '),
    }),
    'native.by': by,
  };
}

/** A header has room for so many. */
const MAX_PROCESSES = 500;
