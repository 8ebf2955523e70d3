import type { Rng } from '../../core/rng.ts';
import { AccessCursor } from '../access-cursor.ts';
import type { Chunk } from '../chunk.ts';
import { ChunkBuilder } from '../chunk-builder.ts';
import type { TraceEvent } from '../event.ts';
import { copyAccess } from './copy-access.ts';

export interface MergeInput {
  readonly chunks: AsyncIterable<Chunk>;
  /** Name of the process that a trace without processes becomes. */
  readonly name: string;
}

/**
 * Interleaves traces as processes that take turns: whose turn it is and how long it is (1 .. 2 * quantum - 1 accesses)
 * is random. Processes and files get numbers of their own, in order of appearance.
 */
export async function* merge(
  inputs: readonly MergeInput[],
  quantum: number,
  rng: Rng,
): AsyncGenerator<Chunk, void, undefined> {
  const builder = new ChunkBuilder();
  const numbers = new Numbers();
  const running = inputs.map((input) => new Input(input, numbers, builder));
  for (const input of running) await input.open();
  let last: Input | null = null;
  try {
    while (running.length > 0) {
      const at = rng.below(running.length);
      const input = running[at]!;
      if (last !== input) input.resume();
      last = input;
      for (let left = 1 + rng.below(2 * quantum - 1); left > 0; left--) {
        if (!(await input.access())) {
          running.splice(at, 1);
          break;
        }
        if (!builder.full) continue;
        yield builder.chunk;
        builder.clear();
      }
    }
  } finally {
    for (const input of running) await input.close();
  }
  if (!builder.empty) yield builder.chunk;
}

/** Numbers of processes and files that are unique over all inputs. */
class Numbers {
  #pids = 0;
  #files = 0;

  nextPid(): number {
    return ++this.#pids;
  }

  nextFile(): number {
    return this.#files++;
  }
}

class Input {
  readonly #builder: ChunkBuilder;
  readonly #iterator: AsyncIterator<Chunk>;
  readonly #cursor = new AccessCursor();
  readonly #numbers: Numbers;
  readonly #name: string;
  readonly #pids = new Map<number, number>();
  readonly #files = new Map<number, number>();
  #chunk: Chunk | null = null;
  #nextEvent = 0;
  /** What runs in this input, for when its turn comes again. */
  #running: { readonly pid: number; readonly tid?: number } | null = null;

  constructor({ chunks, name }: MergeInput, numbers: Numbers, builder: ChunkBuilder) {
    this.#iterator = chunks[Symbol.asyncIterator]();
    this.#numbers = numbers;
    this.#name = name;
    this.#builder = builder;
  }

  /** Reads the first chunk; a trace without processes becomes one. */
  async open(): Promise<void> {
    await this.#nextChunk();
    const events = this.#chunk?.events ?? [];
    if (events.some(({ at, event }) => at === 0 && (event.kind === 'start' || event.kind === 'switch')))
      return;
    const pid = this.#numbers.nextPid();
    this.#builder.event({ kind: 'start', pid, name: this.#name });
    this.#running = { pid };
  }

  /** This input's turn begins. */
  resume(): void {
    if (this.#running) this.#builder.event({ kind: 'switch', ...this.#running });
  }

  /** Copies the next access and the events before it; false at the end. */
  async access(): Promise<boolean> {
    while (this.#chunk !== null) {
      if (this.#cursor.next()) {
        this.#events(this.#cursor.at);
        copyAccess(this.#cursor, this.#builder);
        return true;
      }
      this.#events(Number.POSITIVE_INFINITY);
      await this.#nextChunk();
    }
    return false;
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  async #nextChunk(): Promise<void> {
    const { value, done } = await this.#iterator.next();
    this.#chunk = done ? null : value;
    this.#nextEvent = 0;
    if (this.#chunk) this.#cursor.start(this.#chunk);
  }

  #events(upTo: number): void {
    const { events } = this.#chunk!;
    for (; this.#nextEvent < events.length && events[this.#nextEvent]!.at <= upTo; this.#nextEvent++) {
      const event = this.#renumber(events[this.#nextEvent]!.event);
      if (event.kind === 'switch')
        this.#running = { pid: event.pid, ...(event.tid !== undefined && { tid: event.tid }) };
      this.#builder.event(event);
    }
  }

  #renumber(event: TraceEvent): TraceEvent {
    if (event.kind === 'file') return { ...event, file: this.#file(event.file) };
    const pid = this.#pid(event.pid);
    if (event.kind === 'fork' || event.kind === 'wait')
      return { ...event, pid, child: this.#pid(event.child) };
    if (event.kind === 'mmap' && event.backing.kind === 'file')
      return { ...event, pid, backing: { ...event.backing, file: this.#file(event.backing.file) } };
    return { ...event, pid };
  }

  #pid(pid: number): number {
    return numbered(this.#pids, pid, () => this.#numbers.nextPid());
  }

  #file(file: number): number {
    return numbered(this.#files, file, () => this.#numbers.nextFile());
  }
}

function numbered(numbers: Map<number, number>, key: number, next: () => number): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const fresh = next();
  numbers.set(key, fresh);
  return fresh;
}
