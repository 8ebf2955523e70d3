import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { GrowingLog } from '../../record/track.ts';

const READ_BYTES = 1 << 20;
/** What was read is given back to the disk in pieces of this size. */
const PUNCH_BYTES = 32 << 20;

/** Of util-linux: Node itself cannot punch holes. */
const PUNCH_PROGRAM = 'fallocate';

/** A log file read while it grows, its consumed part given back to the disk. */
export class LogTail implements GrowingLog {
  readonly name: string;
  readonly #handle: FileHandle;
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  #offset = 0;
  #punched = 0;
  #closed = false;

  private constructor(path: string, handle: FileHandle) {
    this.name = path;
    this.#handle = handle;
  }

  static async open(path: string): Promise<LogTail> {
    return new LogTail(path, await open(path, 'r+'));
  }

  async read(): Promise<Uint8Array | null> {
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, READ_BYTES, this.#offset);
    if (bytesRead === 0) return null;
    this.#offset += bytesRead;
    if (this.#offset - this.#punched >= PUNCH_BYTES) await this.#punch();
    return this.#buffer.subarray(0, bytesRead);
  }

  /** Closes and removes the log. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
    await rm(this.name, { force: true });
  }

  /** Where the program is missing the disk is given back only at the end of the process. */
  async #punch(): Promise<void> {
    const length = this.#offset - this.#punched;
    const words = ['--punch-hole', '--offset', String(this.#punched), '--length', String(length), this.name];
    const child = spawn(PUNCH_PROGRAM, words, { stdio: 'ignore' });
    child.on('error', () => undefined);
    await once(child, 'close').catch(() => undefined);
    this.#punched = this.#offset;
  }
}
