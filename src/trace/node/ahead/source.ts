import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { InputError } from '../../../core/errors.ts';
import { type Chunk, RegionTable } from '../../chunk.ts';
import type { TraceInfo, TraceSource } from '../../source.ts';
import { createStatistics } from '../../statistics.ts';
import type { OpenOptions } from '../open.ts';
import { type FromThread, inputError, type Task } from './messages.ts';
import { Slot } from './slot.ts';

/** Chunks that may be decoded before the first of them is used up. */
const SLOTS = 6;
const HASH_BYTES = 1 << 20;

/** Made of thread.ts by the build; a development loader does not reach into threads. */
export const THREAD = new URL('./thread.js', import.meta.url);

/**
 * Opens a trace file that is decoded on a thread of its own, up to {@link SLOTS} chunks ahead of whoever takes them.
 * The same chunks in the same order as {@link openTrace}; the file is hashed on this thread meanwhile.
 * @param path of a regular file
 * @param script of the thread: {@link THREAD}, or what a test made of thread.ts
 * @throws InputError as openTrace does, here or from the iteration
 */
export async function openAhead(path: string, options: OpenOptions, script: URL): Promise<TraceSource> {
  const slots = Array.from({ length: SLOTS }, () => new Slot());
  const workerData: Task = { path, options, slots: slots.map(({ memory }) => memory) };
  const thread = new Worker(script, { workerData });
  const inbox = new Inbox(thread);
  const first = await inbox.next();
  if (first.kind !== 'opened') {
    await thread.terminate();
    throw first.kind === 'failed' ? inputError(first.error) : new Error(`'${first.kind}' before 'opened'`);
  }
  return new AheadTrace(first.info, thread, inbox, slots);
}

/** The messages of the thread, in order, one at a time. */
class Inbox {
  readonly #waiting: FromThread[] = [];
  #failure: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(thread: Worker) {
    thread.on('message', (message: FromThread) => {
      this.#waiting.push(message);
      this.#wake();
    });
    thread.on('error', (error) => this.#fail(error));
    thread.on('exit', () => this.#fail(new Error('the decoding thread ended early')));
  }

  async next(): Promise<FromThread> {
    while (this.#waiting.length === 0) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#waiting.shift()!;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}

class AheadTrace implements TraceSource {
  readonly info: TraceInfo;
  readonly regions = new RegionTable();
  readonly statistics = createStatistics();
  bytesRead = 0;
  damage: InputError | null = null;
  readonly #thread: Worker;
  readonly #inbox: Inbox;
  readonly #slots: readonly Slot[];
  readonly #hash: Promise<string>;
  #closed = false;

  constructor(info: TraceInfo, thread: Worker, inbox: Inbox, slots: readonly Slot[]) {
    this.info = info;
    this.#thread = thread;
    this.#inbox = inbox;
    this.#slots = slots;
    this.#hash = sha256Of(info.path, () => this.#closed);
    // Asked for after reading, if at all: until then a failure waits.
    this.#hash.catch(() => undefined);
  }

  async *chunks(): AsyncGenerator<Chunk, void, undefined> {
    const chunk: Chunk = { count: 0, events: [], regions: this.regions, ...this.#slots[0]!.columns(false) };
    try {
      while (true) {
        const message = await this.#inbox.next();
        if (message.kind === 'failed') throw inputError(message.error);
        if (message.kind === 'opened') continue;
        Object.assign(this.statistics, message.statistics);
        if (message.kind === 'end') {
          this.damage = message.damage && inputError(message.damage);
          return;
        }
        const { slot, count, events, wide, newRegions } = message;
        for (const high of newRegions) this.regions.intern(high);
        this.bytesRead = message.bytesRead;
        yield Object.assign(chunk, { count, events }, this.#slots[slot]!.columns(wide));
        this.#thread.postMessage(slot);
      }
    } finally {
      await this.#thread.terminate();
    }
  }

  sha256(): Promise<string> {
    return this.#hash;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread.terminate();
  }
}

/** In pieces between which this thread does its other work; given up once `unwanted`. */
async function sha256Of(path: string, unwanted: () => boolean): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: HASH_BYTES })) {
    if (unwanted()) break;
    hash.update(piece);
  }
  return hash.digest('hex');
}
