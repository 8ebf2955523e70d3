import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '../../core/errors.ts';
import type { RandomAccess } from '../random-access.ts';

const READ_BYTES = 1 << 20;

/** The stored bytes of a trace: counted and hashed as they pass. */
export class TraceInput {
  readonly path: string;
  /** Size of a regular file, null for a pipe. */
  readonly size: number | null;
  bytesRead = 0;
  readonly #handle: FileHandle | null;
  readonly #hash = createHash('sha256');
  #ended = false;
  #closed = false;

  private constructor(path: string, handle: FileHandle | null, size: number | null) {
    this.path = path;
    this.#handle = handle;
    this.size = size;
  }

  /** @param path of a file, or `-` for standard input */
  static async open(path: string): Promise<TraceInput> {
    if (path === '-') return new TraceInput(path, null, null);
    const handle = await openForReading(path);
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      await handle.close();
      throw new InputError('this is a directory, not a trace', { place: path, remedy: 'name a file in it' });
    }
    if (stat.isFile() && stat.size === 0) {
      await handle.close();
      throw new InputError('the trace file is empty', { place: path });
    }
    return new TraceInput(path, handle, stat.isFile() ? stat.size : null);
  }

  /** The bytes, once. A buffer is good until the next is asked for. */
  async *bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    const pieces = this.#handle ? twoBuffers(this.#handle) : (process.stdin as AsyncIterable<Uint8Array>);
    for await (const piece of pieces) {
      this.bytesRead += piece.length;
      this.#hash.update(piece);
      yield piece;
    }
    this.#ended = true;
  }

  /** This input for reading anywhere in it; null when it is a pipe. */
  get file(): RandomAccess | null {
    const { size } = this;
    const handle = this.#handle;
    if (handle === null || size === null) return null;
    return {
      size,
      async readAt(offset, length) {
        const buffer = new Uint8Array(length);
        const { bytesRead } = await handle.read(buffer, 0, length, offset);
        return buffer.subarray(0, bytesRead);
      },
      bytesFrom: (offset) => this.#bytesFrom(handle, offset),
    };
  }

  async *#bytesFrom(handle: FileHandle, offset: number): AsyncGenerator<Uint8Array, void, undefined> {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    for (let at = offset; ; ) {
      const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      this.bytesRead = at;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** SHA-256 of the file; a file that was not read to its end is read again for it. */
  async sha256(): Promise<string> {
    if (this.#ended || this.size === null) return this.#hash.copy().digest('hex');
    const hash = createHash('sha256');
    for await (const piece of createReadStream(this.path, { highWaterMark: READ_BYTES })) hash.update(piece);
    return hash.digest('hex');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#handle) await this.#handle.close();
    else process.stdin.destroy();
  }
}

/** Reads ahead by one buffer, so that the disk and the decoder work at the same time. */
async function* twoBuffers(handle: FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
  let free = Buffer.allocUnsafeSlow(READ_BYTES);
  let pending = handle.read(Buffer.allocUnsafeSlow(READ_BYTES), 0, READ_BYTES, null);
  try {
    while (true) {
      const { bytesRead, buffer } = await pending;
      if (bytesRead === 0) return;
      pending = handle.read(free, 0, READ_BYTES, null);
      yield buffer.subarray(0, bytesRead);
      free = buffer;
    }
  } finally {
    await pending.catch(() => undefined);
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new InputError('no such trace file', {
        place: path,
        remedy: 'check the path, or give - for standard input',
      });
    if (code === 'EACCES' || code === 'EPERM')
      throw new InputError('the trace file may not be read', { place: path, remedy: `chmod u+r '${path}'` });
    throw new InputError(`the trace file cannot be opened: ${message}`, { place: path });
  }
}
