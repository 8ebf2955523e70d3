import type { InputError } from '../../core/errors.ts';
import type { Chunk } from '../chunk.ts';
import { ChunkBuilder } from '../chunk-builder.ts';
import type { DecodeContext, TraceFormat } from '../format/format.ts';
import { headOf, peek } from '../head.ts';
import type { TraceInfo, TraceSource } from '../source.ts';
import { HEAD_BYTES, type OpenOptions, openContent } from './content.ts';
import { nodeDeflate } from './deflate.ts';
import type { TraceInput } from './input.ts';
import { logSetNamed, openLogSet } from './log-set.ts';
import { nodeFiles } from './record/host.ts';

export type { OpenOptions };

/**
 * Opens a trace of any known format and packing.
 * @param path of a file, or `-` for standard input; of lackey logs also a folder of them, or a name with `%p` or `*`
 * @throws InputError when there is no such file, or nothing that is known is in it
 */
export async function openTrace(path: string, options: OpenOptions = {}): Promise<TraceSource> {
  const names = path === '-' ? null : await logSetNamed(path);
  if (names !== null) return openLogSet(path, names, options);
  const { input, compression, format, content } = await openContent(path, options);
  try {
    const seen = await peek(content, format.headBytes ?? HEAD_BYTES);
    const head = headOf(seen.head, seen.complete);
    const { properties, mapped } = format.describe?.(head, path) ?? { properties: {}, mapped: false };
    const info = { path, format: format.name, compression, bytes: input.size, properties, mapped };
    const trace = new FileTrace(info, format, input, seen.all, options.recover ?? false);
    if (options.from !== undefined && compression === 'plain') await trace.seek(options.from);
    return trace;
  } catch (error) {
    await input.close();
    throw error;
  }
}

class FileTrace implements TraceSource {
  readonly info: TraceInfo;
  damage: InputError | null = null;
  firstAccess = 0;
  readonly #input: TraceInput;
  readonly #format: TraceFormat;
  readonly #context: DecodeContext;
  readonly #builder = new ChunkBuilder();
  #chunks: AsyncIterable<Chunk>;

  constructor(
    info: TraceInfo,
    format: TraceFormat,
    input: TraceInput,
    content: AsyncIterable<Uint8Array>,
    recover: boolean,
  ) {
    this.info = info;
    this.#input = input;
    this.#format = format;
    const onDamage = (damage: InputError): void => {
      this.damage = damage;
    };
    this.#context = {
      name: info.path,
      inflater: nodeDeflate,
      files: nodeFiles,
      ...(recover && { recover: onDamage }),
    };
    this.#chunks = format.decode(content, this.#builder, this.#context);
  }

  /** Leaves out accesses before `from`, where the file has an index. */
  async seek(from: number): Promise<void> {
    const { file } = this.#input;
    const sought = file && (await this.#format.seek?.(file, from, this.#builder, this.#context));
    if (!sought) return;
    this.firstAccess = sought.first;
    this.#chunks = sought.chunks;
  }

  get regions() {
    return this.#builder.regions;
  }

  get statistics() {
    return this.#builder.statistics;
  }

  get bytesRead(): number {
    return this.#input.bytesRead;
  }

  async *chunks(): AsyncGenerator<Chunk, void, undefined> {
    try {
      yield* this.#chunks;
    } finally {
      await this.close();
    }
  }

  sha256(): Promise<string> {
    return this.#input.sha256();
  }

  close(): Promise<void> {
    return this.#input.close();
  }
}
