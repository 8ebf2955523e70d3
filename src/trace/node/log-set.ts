import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../../core/errors.ts';
import type { Chunk } from '../chunk.ts';
import { ChunkBuilder } from '../chunk-builder.ts';
import { peek } from '../head.ts';
import { type FinishedLog, readFinishedLogs } from '../record/finished-logs.ts';
import { describeLog } from '../record/lackey-log.ts';
import { LOG_HEAD_BYTES, readLogHead } from '../record/log-head.ts';
import type { TraceInfo, TraceSource } from '../source.ts';
import { type OpenOptions, openContent } from './content.ts';
import type { TraceInput } from './input.ts';
import { nodeFiles } from './record/host.ts';

/** Logs of one set that are believed: each is opened twice. */
const MAX_LOGS = 32_768;
const NUMERIC = new Intl.Collator('en', { numeric: true });

/**
 * The logs that a name stands for, those of one process in the order of its programs: all files of a folder, or those
 * whose names match, `%p` being a number and `*` anything. Null when the name is that of one file.
 * @throws InputError when there are none
 */
export async function logSetNamed(path: string): Promise<string[] | null> {
  const found = await stat(path).catch(() => null);
  const pattern = basename(path);
  if (found ? !found.isDirectory() : !/%p|\*/.test(pattern)) return null;
  const folder = found ? path : dirname(path);
  const matches = found ? /^[^.]/ : patternOf(pattern);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile() && matches.test(entry.name)).map(({ name }) => name);
  if (names.length === 0)
    throw new InputError(found ? 'the folder holds no logs' : 'no file has such a name', {
      place: path,
      remedy:
        'record them with valgrind --tool=lackey --trace-mem=yes --trace-syscalls=yes --log-file=FOLDER/%p.log',
    });
  if (names.length > MAX_LOGS) throw new InputError(`more than ${MAX_LOGS} logs`, { place: path });
  return names.sort(NUMERIC.compare).map((name) => join(folder, name));
}

function patternOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%p', '\\d+')
    .replaceAll(/\*+/g, '.*');
  return new RegExp(`^${source}$`);
}

/**
 * The lackey logs of several processes as one trace.
 * @throws InputError when one of them is no lackey log, or does not say whose it is
 */
export async function openLogSet(
  path: string,
  names: readonly string[],
  options: OpenOptions,
): Promise<TraceSource> {
  const logs: StoredLog[] = [];
  for (const name of names) logs.push(await StoredLog.look(name, options));
  const first = logs.find(({ head }) => head.calls) ?? logs[0]!;
  const bytes = logs.reduce((sum, log) => sum + log.bytes, 0);
  return new LogSetTrace(
    { path, format: 'lackey', compression: 'plain', bytes, ...describeLog(first.head) },
    logs,
  );
}

/** One log of a set: looked at first, opened again in its turn. */
class StoredLog implements FinishedLog {
  readonly name: string;
  readonly pid: number;
  readonly head: FinishedLog['head'];
  /** As it is stored. */
  readonly bytes: number;
  readonly #options: OpenOptions;
  #input: TraceInput | null = null;

  private constructor(
    name: string,
    pid: number,
    head: FinishedLog['head'],
    bytes: number,
    options: OpenOptions,
  ) {
    this.name = name;
    this.pid = pid;
    this.head = head;
    this.bytes = bytes;
    this.#options = options;
  }

  static async look(name: string, options: OpenOptions): Promise<StoredLog> {
    const { input, format, content } = await openContent(name, options);
    try {
      if (format.name !== 'lackey')
        throw new InputError(`a ${format.name} trace among lackey logs`, {
          place: name,
          remedy: 'only lackey logs are read as a set; pagewalk trace merge joins other traces',
        });
      const head = readLogHead((await peek(content, LOG_HEAD_BYTES)).head);
      if (head.pid === null)
        throw new InputError('the log does not say of which process it is', {
          place: name,
          remedy: 'record without -q, or with --trace-syscalls=yes',
        });
      return new StoredLog(name, head.pid, head, input.size ?? 0, options);
    } finally {
      await input.close();
    }
  }

  async open(): Promise<AsyncIterable<Uint8Array>> {
    const { input, content } = await openContent(this.name, this.#options);
    this.#input = input;
    return closing(content, input);
  }

  get bytesRead(): number {
    return this.#input?.bytesRead ?? 0;
  }

  async sha256(): Promise<string> {
    const input = this.#input ?? (await openContent(this.name, this.#options)).input;
    await input.close();
    return input.sha256();
  }
}

async function* closing(
  content: AsyncIterable<Uint8Array>,
  input: TraceInput,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* content;
  } finally {
    await input.close();
  }
}

class LogSetTrace implements TraceSource {
  readonly info: TraceInfo;
  readonly damage = null;
  readonly #builder = new ChunkBuilder();
  readonly #logs: readonly StoredLog[];
  readonly #chunks: AsyncGenerator<Chunk, void, undefined>;

  constructor(info: TraceInfo, logs: readonly StoredLog[]) {
    this.info = info;
    this.#logs = logs;
    this.#chunks = readFinishedLogs(logs, this.#builder, nodeFiles);
  }

  get regions() {
    return this.#builder.regions;
  }

  get statistics() {
    return this.#builder.statistics;
  }

  get bytesRead(): number {
    return this.#logs.reduce((sum, log) => sum + log.bytesRead, 0);
  }

  chunks(): AsyncIterable<Chunk> {
    return this.#chunks;
  }

  /** Of the hashes of the logs, in their order. */
  async sha256(): Promise<string> {
    const hash = createHash('sha256');
    for (const log of this.#logs) hash.update(await log.sha256());
    return hash.digest('hex');
  }

  async close(): Promise<void> {
    await this.#chunks.return();
  }
}
