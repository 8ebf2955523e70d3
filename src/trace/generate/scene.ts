import { LOAD, STORE } from '../../core/access.ts';
import { PAGE_BYTES, type Vpn } from '../../core/addr.ts';
import { InputError } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { accessesOf } from '../statistics.ts';

/** Where the made data lie: 64 GiB, and on from there. */
const BASE = 2 ** 36;

/** End of the lower half of a 48-bit address space. */
const USER_END = 2 ** 47;

/** What an anonymous mapping is beyond private and of small pages. */
interface MappingKind {
  readonly shared?: boolean;
  /** Advised huge. */
  readonly thp?: boolean;
  readonly populate?: boolean;
}

/** An anonymous mapping of made data, by byte offset. */
export class Area {
  readonly bytes: number;
  readonly #base: number;
  readonly #scene: Scene;

  constructor(scene: Scene, base: number, bytes: number) {
    this.#scene = scene;
    this.#base = base;
    this.bytes = bytes;
  }

  get vpn(): Vpn {
    return this.#base / PAGE_BYTES;
  }

  get pages(): number {
    return this.bytes / PAGE_BYTES;
  }

  load(offset: number, size = 8): void {
    this.#scene.access(LOAD, this.#base + offset, size);
  }

  store(offset: number, size = 8): void {
    this.#scene.access(STORE, this.#base + offset, size);
  }

  modify(offset: number, size = 8): void {
    this.#scene.modify(this.#base + offset, size);
  }
}

/** The processes and mappings of a made trace: says events and accesses in the words of a generator. */
export class Scene {
  readonly #builder: ChunkBuilder;
  readonly #accesses: number;
  #next = BASE;
  #running = 0;
  #lastPid = 0;

  /** @param accesses after which the scene is full for good */
  constructor(builder: ChunkBuilder, accesses: number) {
    this.#builder = builder;
    this.#accesses = accesses;
  }

  /** Nothing may be added before the chunk has been taken; asked after every few accesses. */
  get full(): boolean {
    return this.#builder.full || this.finished;
  }

  /** The trace is as long as it should be. */
  get finished(): boolean {
    return accessesOf(this.#builder.statistics) >= this.#accesses;
  }

  /** A process that exists at the beginning. Its number is returned; it runs. */
  start(name: string): number {
    const pid = ++this.#lastPid;
    this.#builder.event({ kind: 'start', pid, name });
    this.run(pid);
    return pid;
  }

  /** Maps anonymous memory in a process, whole pages of it, at a place of its own. */
  map(pid: number, bytes: number, how: MappingKind = {}): Area {
    const area = this.reserve(bytes);
    this.place(pid, area, how);
    return area;
  }

  /** A place for memory that several processes will map for themselves. */
  reserve(bytes: number): Area {
    if (this.#next + bytes > USER_END)
      throw new InputError('the made processes would need more than the 128 TiB that an address space has');
    const whole = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
    const area = new Area(this, this.#next, whole);
    // A hole of a page keeps areas from growing together.
    this.#next += whole + PAGE_BYTES;
    return area;
  }

  /** Maps anonymous memory at a reserved place. */
  place(pid: number, { vpn, pages }: Area, { shared = false, thp, populate }: MappingKind = {}): void {
    this.#builder.event({
      kind: 'mmap',
      pid,
      vpn,
      pages,
      prot: 'rw',
      shared,
      backing: { kind: 'anon' },
      ...(thp && { thp }),
      ...(populate && { populate }),
    });
  }

  /** The accesses that follow are those of this process. */
  run(pid: number): void {
    if (pid === this.#running) return;
    this.#running = pid;
    this.#builder.event({ kind: 'switch', pid });
  }

  /** The new child's number; the parent goes on running. */
  fork(pid: number): number {
    const child = ++this.#lastPid;
    this.#builder.event({ kind: 'fork', pid, child });
    return child;
  }

  exec(pid: number, name: string): void {
    this.#builder.event({ kind: 'exec', pid, name });
  }

  /** The process ends, and its parent, which runs next, has waited for it. */
  exit(pid: number, parent: number): void {
    this.#builder.event({ kind: 'exit', pid, status: 0 });
    this.run(parent);
    this.#builder.event({ kind: 'wait', pid: parent, child: pid });
  }

  access(type: number, address: number, size: number): void {
    this.#builder.add(type, Math.floor(address / 0x1_0000_0000), address % 0x1_0000_0000, size);
  }

  modify(address: number, size: number): void {
    this.#builder.modify(Math.floor(address / 0x1_0000_0000), address % 0x1_0000_0000, size);
  }
}
