import type { Chunk } from '../chunk.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { pulled } from '../pulled.ts';
import { Conductor } from './conductor.ts';
import { type FileHost, FileNumbers } from './files.ts';
import type { LogHead } from './log-head.ts';
import type { GrowingLog } from './track.ts';

/** A log whose program has ended. */
export interface FinishedLog {
  /** Of the file, for messages. */
  readonly name: string;
  readonly pid: number;
  readonly head: LogHead;
  /** Its bytes, unpacked. Called once, when it is this log's turn. */
  open(): Promise<AsyncIterable<Uint8Array>>;
}

/**
 * One trace out of the lackey logs of one or more processes, as recording would have made it: the same mappings, forks
 * and kernel accesses, in an order with the same certain edges. A process whose parent has no log among them exists
 * from the beginning; one whose log is missing ends after its fork.
 * @param logs those of one process in the order of its programs
 * @param host where the programs and their libraries are looked up: sizes and segments are those of today
 * @throws InputError with log and line where a log is none
 */
export function readFinishedLogs(
  logs: readonly FinishedLog[],
  builder: ChunkBuilder,
  host: FileHost,
): AsyncGenerator<Chunk, void, undefined> {
  return pulled(async (push) => {
    const context = { host, files: new FileNumbers(host), builder, kernelAccesses: true };
    const conductor = new Conductor(context, push, () => true);
    const readers = logs.map((log) => new FinishedLogReader(log, host));
    try {
      for (const { pid, program } of firstOfRoots(logs)) conductor.root(pid, pathOf(host, program) ?? '', '');
      for (const reader of readers) conductor.addLog(reader.pid, reader);
      while ((await conductor.step()) || (await conductor.force()));
      await conductor.finish();
    } finally {
      for (const reader of readers) await reader.close();
    }
  });
}

/** Of each process whose parent has no log, what its first log begins with. */
function firstOfRoots(logs: readonly FinishedLog[]): { pid: number; program: string | null }[] {
  const pids = new Set(logs.map(({ pid }) => pid));
  const roots = new Map<number, string | null>();
  for (const { pid, head } of logs)
    if (!roots.has(pid) && (head.parent === null || !pids.has(head.parent))) roots.set(pid, head.program);
  return [...roots].map(([pid, program]) => ({ pid, program }));
}

function pathOf(host: FileHost, program: string | null): string | undefined {
  return program === null ? undefined : (host.find(program) ?? program);
}

class FinishedLogReader implements GrowingLog {
  readonly name: string;
  readonly pid: number;
  readonly program: string | undefined;
  readonly #log: FinishedLog;
  #bytes: AsyncIterator<Uint8Array> | null = null;
  #ended = false;

  constructor(log: FinishedLog, host: FileHost) {
    this.name = log.name;
    this.pid = log.pid;
    this.program = log.head.forked ? undefined : pathOf(host, log.head.program);
    this.#log = log;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#ended) return null;
    this.#bytes ??= (await this.#log.open())[Symbol.asyncIterator]();
    const { value, done } = await this.#bytes.next();
    if (!done) return value;
    this.#ended = true;
    return null;
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#bytes?.return?.();
    this.#bytes = null;
  }
}
