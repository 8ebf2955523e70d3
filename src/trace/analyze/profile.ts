import { STORE } from '../../core/access.ts';
import type { Chunk } from '../chunk.ts';
import type { TraceEvent } from '../event.ts';
import { Distances } from './distances.ts';
import { PageIndex } from './page-index.ts';
import { Spaces } from './spaces.ts';
import { eachStretch } from './stretches.ts';

/** Working-set windows kept; two become one when there are more. */
const WINDOWS = 128;
const WINDOW_RECORDS = 65536;

/** What a process of the trace did. */
export interface ProcessProfile {
  readonly pid: number;
  readonly parent: number | null;
  readonly name: string;
  records: number;
  forks: number;
  ended: boolean;
}

/** Upper bounds of the stride classes, in bytes; the last class has none. */
export const STRIDE_CLASSES = [1, 64, 4096, 65536, 2 ** 21, 2 ** 30] as const;

/** What `trace info` shows of a trace, collected in one pass at a memory that follows its footprint. */
export class TraceProfile {
  readonly processes = new Map<number, ProcessProfile>();
  /** Events by kind. */
  readonly events = new Map<string, number>();
  /** Data accesses by the distance from the one before, by STRIDE_CLASSES. */
  readonly strides = new Float64Array(STRIDE_CLASSES.length + 1);
  /** LRU stack distances of pages, over all accesses. */
  readonly distances = new Distances();
  /** Lookups of the page of the lookup before: distance 0. */
  repeats = 0;
  records = 0;
  /** Pages written. */
  written = 0;
  readonly #spaces = new Spaces();
  readonly #pages = new PageIndex();
  readonly #largePages = new PageIndex();
  #isWritten = new Uint8Array(1 << 12);
  #seenIn = new Int32Array(1 << 12);
  #window = 1;
  #inWindow = 0;
  #windowRecords = 0;
  #windowSizes: number[] = [];
  #windowSpan = 1;
  #spanSum = 0;
  #spanCount = 0;
  #lastPage = -1;
  #lastId = 0;
  #lastRegion = -1;
  #lastLow = 0;
  #current: ProcessProfile | null = null;

  /** Different pages, each address space by itself. */
  get pages(): number {
    return this.#pages.count;
  }

  get largePages(): number {
    return this.#largePages.count;
  }

  get addressSpaces(): number {
    return this.#spaces.count;
  }

  add(chunk: Chunk): void {
    eachStretch(
      chunk,
      (from, to) => this.#records(chunk, from, to),
      (event) => this.#event(event),
    );
  }

  /** Pages in use per window of 65,536 records, over time: averages of neighbouring windows in a long trace. */
  workingSet(): number[] {
    const rest =
      this.#windowRecords > WINDOW_RECORDS / 2 || this.#windowSizes.length === 0 ? [this.#inWindow] : [];
    return [...this.#windowSizes, ...rest];
  }

  #records({ keys, offsets }: Chunk, from: number, to: number): void {
    const wide = keys instanceof Float64Array;
    if (this.#current) this.#current.records += to - from;
    this.records += to - from;
    for (let i = from; i < to; i++) {
      const key = keys[i]!;
      const type = key & 3;
      const page = wide ? Math.floor(key / 4) : key >> 2;
      const region = wide ? Math.floor(key / 0x400000) : key >>> 22;
      const low = wide ? (key - region * 0x400000) >>> 2 : (key & 0x3fffff) >>> 2;
      if (type !== 0) this.#stride(region, (low << 12) | (offsets[i]! & 0xfff));
      if (page === this.#lastPage) this.repeats++;
      else this.#use(page, region, low);
      if (type === STORE && this.#isWritten[this.#lastId] === 0) {
        this.#isWritten[this.#lastId] = 1;
        this.written++;
      }
      if (++this.#windowRecords === WINDOW_RECORDS) this.#endWindow();
    }
  }

  #use(page: number, region: number, low: number): void {
    const space = this.#spaces.current;
    const id = this.#pages.id(space, region, low);
    this.#lastPage = page;
    this.#lastId = id;
    this.#largePages.id(space, region, low >>> 9);
    this.distances.use(id);
    if (id >= this.#seenIn.length) {
      this.#seenIn = widen(this.#seenIn, new Int32Array(this.#seenIn.length * 2));
      this.#isWritten = widen(this.#isWritten, new Uint8Array(this.#isWritten.length * 2));
    }
    if (this.#seenIn[id] === this.#window) return;
    this.#seenIn[id] = this.#window;
    this.#inWindow++;
  }

  #stride(region: number, low: number): void {
    if (region === this.#lastRegion) {
      const distance = Math.abs((low >>> 0) - (this.#lastLow >>> 0));
      let bucket = 0;
      while (bucket < STRIDE_CLASSES.length && distance >= STRIDE_CLASSES[bucket]!) bucket++;
      this.strides[bucket]!++;
    } else this.strides[STRIDE_CLASSES.length]!++;
    this.#lastRegion = region;
    this.#lastLow = low;
  }

  #endWindow(): void {
    this.#spanSum += this.#inWindow;
    this.#inWindow = 0;
    this.#windowRecords = 0;
    this.#window++;
    // The page of the last access is in use in the next window when it is accessed again, and must be counted anew.
    this.#lastPage = -1;
    if (++this.#spanCount < this.#windowSpan) return;
    this.#windowSizes.push(this.#spanSum / this.#spanCount);
    this.#spanSum = 0;
    this.#spanCount = 0;
    if (this.#windowSizes.length < WINDOWS) return;
    const sizes = this.#windowSizes;
    this.#windowSizes = Array.from(
      { length: WINDOWS / 2 },
      (_, i) => (sizes[2 * i]! + sizes[2 * i + 1]!) / 2,
    );
    this.#windowSpan *= 2;
  }

  #event(event: TraceEvent): void {
    this.events.set(event.kind, (this.events.get(event.kind) ?? 0) + 1);
    const space = this.#spaces.current;
    this.#spaces.apply(event);
    if (this.#spaces.current !== space) this.#lastPage = -1;
    if (event.kind === 'start') this.#process(event.pid, null, event.name ?? '');
    else if (event.kind === 'fork') {
      const parent = this.#process(event.pid, null, '');
      parent.forks++;
      this.#process(event.child, event.pid, parent.name);
    } else if (event.kind === 'exec') {
      const process = this.#process(event.pid, null, '');
      this.processes.set(event.pid, { ...process, name: event.name });
      if (this.#current === process) this.#current = this.processes.get(event.pid)!;
    } else if (event.kind === 'exit') this.#process(event.pid, null, '').ended = true;
    else if (event.kind === 'switch') this.#current = this.#process(event.pid, null, '');
  }

  #process(pid: number, parent: number | null, name: string): ProcessProfile {
    const known = this.processes.get(pid);
    if (known) return known;
    const fresh = { pid, parent, name, records: 0, forks: 0, ended: false };
    this.processes.set(pid, fresh);
    return fresh;
  }
}

function widen<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
