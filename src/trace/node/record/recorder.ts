import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../../core/errors.ts';
import type { Chunk } from '../../chunk.ts';
import { ChunkBuilder } from '../../chunk-builder.ts';
import { Conductor } from '../../record/conductor.ts';
import { FileNumbers } from '../../record/files.ts';
import type { TraceStatistics } from '../../statistics.ts';
import { findProgram, nodeFiles } from './host.ts';
import { LogTail } from './tail.ts';
import { launcherArguments, type Valgrind, writeLauncher } from './valgrind.ts';

export interface RecordOptions {
  readonly valgrind: Valgrind;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Where the logs pass through; the system's folder for temporary files by default. */
  readonly workFolder?: string;
  /** Record what the kernel accesses for system calls. */
  readonly kernelAccesses: boolean;
  /** Takes the trace, chunk by chunk; false ends the recording and the command. */
  readonly emit: (chunk: Chunk) => Promise<boolean>;
  readonly onProgress?: (statistics: TraceStatistics) => void;
}

export interface Recorded {
  /** The command's, 128 + signal number when a signal ended it. */
  readonly exitCode: number;
  /** `emit` ended the recording: the command was killed. */
  readonly stopped: boolean;
}

const IDLE_MS = 10;

/**
 * Runs a command under Valgrind and turns its logs into one trace while it runs. The command has this process's
 * standard input, output and error.
 * @throws InputError when the command does not exist or does not start under Valgrind
 */
export async function record(options: RecordOptions): Promise<Recorded> {
  const program = findProgram(options.command[0] ?? '');
  if (program === null)
    throw new InputError(`no such program: ${options.command[0] ?? ''}`, {
      remedy: 'check the PATH, or give its path',
    });
  const folder = mkdtempSync(join(options.workFolder ?? tmpdir(), 'pagewalk-record-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  // Whatever ends this process early must not leave gigabytes of logs.
  process.once('exit', removeFolder);
  try {
    return await new Recorder(options, folder, program).run();
  } finally {
    process.off('exit', removeFolder);
    removeFolder();
  }
}

class Recorder {
  readonly #options: RecordOptions;
  readonly #folder: string;
  readonly #program: string;
  readonly #builder = new ChunkBuilder();
  readonly #conductor: Conductor;
  readonly #seen = new Set<string>();
  #stopped = false;

  constructor(options: RecordOptions, folder: string, program: string) {
    this.#options = options;
    this.#folder = folder;
    this.#program = program;
    const files = new FileNumbers(nodeFiles);
    const { kernelAccesses } = options;
    const context = { host: nodeFiles, files, builder: this.#builder, kernelAccesses };
    this.#conductor = new Conductor(context, (chunk) => this.#emit(chunk), isGone);
  }

  async run(): Promise<Recorded> {
    const { valgrind, command } = this.#options;
    const launcher = writeLauncher(this.#folder, valgrind);
    const child = spawn(launcher, launcherArguments(this.#folder, command), { stdio: 'inherit' });
    const ended = exitCodeOf(child);
    await once(child, 'spawn');
    const pid = child.pid!;
    this.#conductor.root(pid, this.#program, process.cwd());
    try {
      await this.#follow();
    } catch (error) {
      this.#killAll();
      throw error;
    }
    if (this.#stopped) this.#killAll();
    const exitCode = await ended;
    if (this.#builder.statistics.records === 0 && !this.#stopped)
      throw new InputError(`'${command[0]}' did not run under ${valgrind.version}`, {
        remedy: 'see what Valgrind said above; 32-bit and setuid programs cannot be recorded',
      });
    await this.#conductor.finish();
    return { exitCode, stopped: this.#stopped };
  }

  /** Reads logs until every process of the command has ended. */
  async #follow(): Promise<void> {
    while (this.#conductor.running.length > 0 && !this.#stopped) {
      await this.#findLogs();
      if (await this.#conductor.step()) {
        this.#options.onProgress?.(this.#builder.statistics);
        continue;
      }
      const gone = new Set([...this.#conductor.running].filter(isGone));
      // Looked for after that: a process may have begun its log and ended since the last look.
      if (await this.#findLogs()) continue;
      for (const pid of this.#conductor.running)
        if (gone.has(pid)) await this.#conductor.gone(pid);
        else this.#conductor.alive(pid);
      await sleep(IDLE_MS);
    }
  }

  /** Opens the logs that have appeared; true when there were any. Those of one process come in order. */
  async #findLogs(): Promise<boolean> {
    const fresh = readdirSync(this.#folder)
      .filter((name) => name.endsWith('.log') && !this.#seen.has(name))
      .map((name) => ({ name, pid: Number(name.split('.')[0]), program: Number(name.split('.')[1]) }))
      .sort((a, b) => a.pid - b.pid || a.program - b.program);
    for (const { name, pid } of fresh) {
      this.#seen.add(name);
      this.#conductor.addLog(pid, await LogTail.open(join(this.#folder, name)));
    }
    return fresh.length > 0;
  }

  async #emit(chunk: Chunk): Promise<void> {
    if (!this.#stopped && !(await this.#options.emit(chunk))) this.#stopped = true;
  }

  #killAll(): void {
    for (const pid of this.#conductor.running)
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
  }
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

async function exitCodeOf(child: ChildProcess): Promise<number> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0);
}

/** No such process any more, or only its exit status is left. */
function isGone(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
  } catch {
    return true;
  }
}
