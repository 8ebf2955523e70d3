import { PAGE_BYTES } from '../../core/addr.ts';
import { InputError } from '../../core/errors.ts';
import { BY_KERNEL } from '../chunk.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { Descriptors } from './descriptors.ts';
import type { FileHost, FileNumbers } from './files.ts';
import { type KernelAccess, kernelAccesses } from './kernel-accesses.ts';
import { initialLayout } from './layout.ts';
import { memoryEvent } from './memory-calls.ts';
import { parseSyscallLine, type SyscallResult, type SyscallStart } from './syscall-line.ts';

const EXECVE = 59;
const EXIT = 60;
const CHDIR = 80;
const EXIT_GROUP = 231;
const EXECVEAT = 322;
const VFORK = 58;
const CLONE = 56;
const CLONE_VFORK = 0x4000;
const CLONE_THREAD = 0x10000;
const WAIT4 = 61;
const WAITID = 247;
const P_PID = 1;
const WNOHANG = 1;
/** include/linux/threads.h PID_MAX_LIMIT. */
const PID_MAX = 4 << 20;
/** Far above what Valgrind allows (--max-threads, 500). */
const MAX_THREADS = 65_536;

/** What a line of the log asks of the order between processes. */
export type Turn =
  /** This process made `child`, whose log may be read from now on. */
  | { readonly kind: 'fork'; readonly child: number; readonly vfork: boolean }
  /** This process has waited for a child, which must have ended before; the log may not say for which. */
  | { readonly kind: 'wait'; readonly child: number | undefined }
  /** This process becomes another program, unless its log goes on. */
  | { readonly kind: 'exec'; readonly path: string }
  | { readonly kind: 'exit'; readonly status: number };

export interface RecordContext {
  readonly host: FileHost;
  readonly files: FileNumbers;
  readonly builder: ChunkBuilder;
  /** Record what the kernel accesses for system calls. */
  readonly kernelAccesses: boolean;
}

/** One process of the recorded command: turns the lines of its log that are no accesses into events. */
export class RecordedProcess {
  readonly pid: number;
  /** Valgrind's number of the running thread. */
  tid = 1;
  readonly #context: RecordContext;
  readonly #descriptors: Descriptors;
  #folder: string;
  /** Calls whose result has not been seen, by thread. */
  readonly #open = new Map<number, SyscallStart>();
  #last: SyscallStart | null = null;
  #threads = 1;
  /** End of the heap as last stated, in pages. */
  #break = -1;
  /** What the kernel accessed and the builder had no room for yet, last first. */
  readonly #touches: KernelAccess[] = [];

  constructor(pid: number, context: RecordContext, folder: string, descriptors = new Descriptors()) {
    this.pid = pid;
    this.#context = context;
    this.#folder = folder;
    this.#descriptors = descriptors;
  }

  /** The child that a fork of this process makes. */
  fork(child: number): RecordedProcess {
    const copy = new RecordedProcess(child, this.#context, this.#folder, this.#descriptors.copy());
    copy.#break = this.#break;
    return copy;
  }

  /** The trace begins with this program in this process. */
  start(program: string): void {
    this.#context.builder.event({ kind: 'start', pid: this.pid, name: program });
    this.#begin(program);
  }

  /** The process becomes another program. */
  exec(path: string): void {
    const name = this.#resolve(path, undefined);
    this.#context.builder.event({ kind: 'exec', pid: this.pid, name });
    this.#begin(name);
  }

  #begin(program: string): void {
    const { host, files, builder } = this.#context;
    for (const event of initialLayout(host, files, this.pid, program)) builder.event(event);
    this.#open.clear();
    this.tid = 1;
    this.#threads = 1;
    this.#break = -1;
  }

  /** Everything that the lines so far have caused is in the builder. */
  get settled(): boolean {
    return this.#touches.length === 0;
  }

  /** Adds what the kernel accessed, one access a page, until it is settled or the chunk is full. */
  settle(): void {
    const { builder } = this.#context;
    while (this.#touches.length > 0 && !builder.full) {
      const { type, address, bytes } = this.#touches.pop()!;
      const size = Math.min(bytes, PAGE_BYTES - (address % PAGE_BYTES));
      builder.add(type, Math.floor(address / 0x1_0000_0000), address % 0x1_0000_0000, size, BY_KERNEL);
      if (bytes > size) this.#touches.push({ type, address: address + size, bytes: bytes - size });
    }
  }

  /** Takes a line that is no access. What it asks of the order between processes comes back. */
  line(line: string): Turn | null {
    const killed = KILLED.exec(line);
    if (killed) return { kind: 'exit', status: 128 + Number(killed[1]) };
    const scheduled = SCHEDULED.exec(line);
    if (scheduled) this.#run(Number(scheduled[1]));
    const parsed = parseSyscallLine(line);
    if (!parsed) return INTERRUPTED.test(line) ? this.#interrupted() : null;
    if (parsed.kind === 'call') {
      this.#check(parsed.call);
      this.#run(parsed.call.tid);
      // Logs without --trace-sched show only so that a handler runs where the call before should have returned.
      const woken = this.#open.has(parsed.call.tid) ? this.#interrupted() : null;
      this.#open.set(parsed.call.tid, parsed.call);
      this.#last = parsed.call;
      const turn = this.#started(parsed.call) ?? (parsed.result && this.#finish(parsed.call, parsed.result));
      return turn ?? woken;
    }
    const call = parsed.tid === null ? this.#last : this.#open.get(parsed.tid);
    return call ? this.#finish(call, parsed.result) : null;
  }

  #check({ pid, child }: SyscallStart): void {
    if (pid !== this.pid)
      throw new InputError(`a system call of process ${pid} in the log of process ${this.pid}`, {
        remedy: 'give each process a log of its own: --log-file=FOLDER/%p.log',
      });
    if (child !== null && child > PID_MAX) throw new InputError('no process has such a number');
  }

  #run(tid: number): void {
    if (tid === this.tid) return;
    if (tid > MAX_THREADS) throw new InputError('no thread has such a number');
    this.tid = tid;
    this.#context.builder.event({ kind: 'switch', pid: this.pid, tid });
  }

  /**
   * A signal handler runs where a call should have returned, and Valgrind does not say what it returned. A wait that
   * may sleep was woken by the end of a child (SIGCHLD is what shells handle while they wait).
   */
  #interrupted(): Turn | null {
    const call = this.#open.get(this.tid);
    this.#open.delete(this.tid);
    const sleeps = call?.nr === WAIT4 && ((call.args[2] ?? 0) & WNOHANG) === 0;
    return sleeps ? { kind: 'wait', child: undefined } : null;
  }

  #started({ nr, args, text, child }: SyscallStart): Turn | null {
    if (child !== null) return { kind: 'fork', child, vfork: isVfork(nr, args) };
    if (nr === EXECVE || nr === EXECVEAT) return { kind: 'exec', path: text ?? '' };
    if (nr === EXIT) this.#threads--;
    if (nr === EXIT_GROUP || this.#threads === 0) return { kind: 'exit', status: (args[0] ?? 0) & 0xff };
    return null;
  }

  #finish(call: SyscallStart, { ok, value }: SyscallResult): Turn | null {
    this.#open.delete(call.tid);
    if (this.#last === call) this.#last = null;
    if (!ok) return null;
    const { nr, args, text } = call;
    if (nr === CLONE && (args[0] ?? 0) & CLONE_THREAD) this.#threads++;
    this.#descriptors.note(nr, args, text, value, (path, folder) => this.#resolve(path, folder));
    if (nr === CHDIR) this.#folder = this.#resolve(text ?? '', undefined);
    const event = memoryEvent(this.pid, nr, args, value, (fd) => this.#fileOf(fd));
    if (event && !(event.kind === 'brk' && event.endVpn === this.#break)) this.#context.builder.event(event);
    if (event?.kind === 'brk') this.#break = event.endVpn;
    if (this.#context.kernelAccesses) this.#touches.push(...kernelAccesses(nr, args, text, value).reverse());
    const child = waitedFor(nr, args, value);
    return child > 0 ? { kind: 'wait', child } : null;
  }

  #resolve(path: string, folder: string | undefined): string {
    return this.#context.host.resolve(folder ?? this.#folder, path);
  }

  /** The number of the file that a descriptor is open on, introduced in the trace when it is new. */
  #fileOf(fd: number): number | null {
    const path = this.#descriptors.pathOf(fd);
    const numbered = path === undefined ? null : this.#context.files.number(path);
    if (numbered?.event) this.#context.builder.event(numbered.event);
    return numbered?.file ?? null;
  }
}

const KILLED = /^==\d+== Process terminating with default action of signal (\d{1,2})\b/;
/** A handler is about to run in the thread that slept in a call. */
const INTERRUPTED = /SCHED\[\d+\]:\s+acquired lock \(async_signalhandler\)/;
const SCHEDULED = /SCHED\[(\d+)\]:\s+acquired lock/;

/** vfork itself, or a clone with CLONE_VFORK, as posix_spawn makes it. */
function isVfork(nr: number, args: readonly number[]): boolean {
  return nr === VFORK || (nr === CLONE && ((args[0] ?? 0) & CLONE_VFORK) !== 0);
}

/** The child that a successful wait returned for; 0 for none, or when the log does not say. */
function waitedFor(nr: number, args: readonly number[], result: number): number {
  if (nr === WAIT4) return result;
  return nr === WAITID && args[0] === P_PID ? (args[1] ?? 0) : 0;
}
