import { type KernelRules, type PageFacts, RIGHT_RULES } from './kernel-rules.ts';

/** One frame of the tiny kernel. Frames are numbered in the order of their first use. */
interface Frame {
  readonly id: number;
  /** Page-table entries that point here. */
  mapcount: number;
  /** References by devices: I/O under way. */
  pins: number;
  /** Belongs to one process alone, and has since it was filled or last reused. */
  exclusive: boolean;
  value: number;
  free: boolean;
}

interface Entry {
  frame: Frame;
  writable: boolean;
}

export type Act = 'hit' | 'map' | 'copy' | 'reuse';

interface TinyProcess {
  readonly pages: Map<number, Entry>;
  /** Translations that the hardware remembers: what was true when they were made. */
  readonly tlb: Map<number, { frame: Frame; writable: boolean }>;
  /** Frames that devices write to for this process. */
  readonly pins: { page: number; frame: Frame }[];
}

/** A page of a process, for ledgers. */
export interface PageState {
  readonly frame: number;
  readonly writable: boolean;
}

/**
 * A kernel with copy-on-write and nothing else: anonymous private pages of one byte, processes that fork, write and
 * exit, a TLB for each of them, devices that pin pages. Small enough to be read in a lecture, and to be wrong in one place on
 * purpose. The tests hold it, with the right rules, to the kernel layer proper.
 */
export class TinyKernel {
  copies = 0;
  copiesAtFork = 0;
  reuses = 0;
  readonly #rules: KernelRules;
  readonly #frames: Frame[] = [];
  readonly #processes = new Map<number, TinyProcess>([[1, newProcess()]]);

  constructor(rules: KernelRules = RIGHT_RULES) {
    this.#rules = rules;
  }

  get framesInUse(): number {
    return this.#frames.filter(({ free }) => !free).length;
  }

  get live(): number[] {
    return [...this.#processes.keys()].sort((a, b) => a - b);
  }

  /** The process stores a byte. */
  write(pid: number, page: number, value: number): Act {
    const process = this.#process(pid);
    const cached = process.tlb.get(page);
    if (cached?.writable) {
      cached.frame.value = value;
      return 'hit';
    }
    const act = this.#makeWritable(process, page);
    const entry = process.pages.get(page)!;
    // Without a flush the old translation answers the retry: it may now be written through.
    const stale = !this.#rules.copyFlushes && act === 'copy' ? cached : undefined;
    process.tlb.set(page, { frame: stale?.frame ?? entry.frame, writable: true });
    (stale?.frame ?? entry.frame).value = value;
    return act;
  }

  /** The kernel stores a byte for the process, through its page table and not through its TLB. */
  kernelWrite(pid: number, page: number, value: number): Act {
    const process = this.#process(pid);
    const entry = process.pages.get(page);
    if (!this.#rules.kernelWriteFaults && entry) {
      entry.frame.value = value;
      return 'hit';
    }
    const act = this.#makeWritable(process, page);
    process.tlb.delete(page);
    process.pages.get(page)!.frame.value = value;
    return act;
  }

  /** The byte that the process reads; 0 in a page never written, which stays unmapped. */
  read(pid: number, page: number): number {
    const process = this.#process(pid);
    const entry = process.tlb.get(page) ?? process.pages.get(page);
    if (!entry) return 0;
    if (!process.tlb.has(page)) process.tlb.set(page, { frame: entry.frame, writable: entry.writable });
    return entry.frame.value;
  }

  fork(pid: number, child: number): void {
    const parent = this.#process(pid);
    const rules = this.#rules;
    const pages = new Map<number, Entry>();
    for (const [page, entry] of parent.pages) {
      const { frame } = entry;
      if (rules.copyAtFork(this.#factsOf(parent, page, frame))) {
        this.copiesAtFork++;
        pages.set(page, { frame: this.#allocate(frame.value), writable: true });
        continue;
      }
      if (rules.forkProtectsParent) entry.writable = false;
      if (rules.forkRaisesCount) frame.mapcount++;
      frame.exclusive = false;
      pages.set(page, { frame, writable: false });
    }
    if (rules.forkFlushes) parent.tlb.clear();
    this.#processes.set(child, { ...newProcess(), pages });
  }

  exit(pid: number): void {
    const { pages, pins } = this.#process(pid);
    for (const { frame } of pages.values()) {
      if (!this.#rules.exitDropsCount) continue;
      if (this.#rules.exitFreesAll) frame.mapcount = 0;
      else frame.mapcount--;
      this.#freeIfUnused(frame);
    }
    // Devices go on with what was asked of them: the pins outlive the process.
    pins.length = 0;
    this.#processes.delete(pid);
  }

  /** The page goes, as after munmap or MADV_DONTNEED. */
  drop(pid: number, page: number): void {
    const process = this.#process(pid);
    const entry = process.pages.get(page);
    if (!entry) return;
    process.pages.delete(page);
    process.tlb.delete(page);
    entry.frame.mapcount--;
    this.#freeIfUnused(entry.frame);
  }

  /** A device gets a reference to the page, which must be there; returns a handle for {@link deviceWrite}. */
  pin(pid: number, page: number): number {
    const process = this.#process(pid);
    const { frame } = process.pages.get(page)!;
    frame.pins++;
    process.pins.push({ page, frame });
    return frame.id;
  }

  /** The device stores a byte into the frame of a pin. */
  deviceWrite(pin: number, value: number): void {
    this.#frames[pin]!.value = value;
  }

  /** What the device would read from the frame of a pin. */
  deviceRead(pin: number): number {
    return this.#frames[pin]!.value;
  }

  /** The page as its entry says; undefined when nothing is mapped. */
  pageOf(pid: number, page: number): PageState | undefined {
    const entry = this.#processes.get(pid)?.pages.get(page);
    return entry && { frame: entry.frame.id, writable: entry.writable };
  }

  mapcountOf(frame: number): number {
    return this.#frames[frame]!.mapcount;
  }

  /** The fault of a store: a new page, the same one writable again, or a copy. */
  #makeWritable(process: TinyProcess, page: number): Act {
    const entry = process.pages.get(page);
    if (!entry) {
      process.pages.set(page, { frame: this.#allocate(0), writable: true });
      return 'map';
    }
    if (entry.writable) return 'hit';
    const old = entry.frame;
    if (this.#rules.mayReuse(this.#factsOf(process, page, old))) {
      this.reuses++;
      old.exclusive = true;
      entry.writable = true;
      return 'reuse';
    }
    this.copies++;
    entry.frame = this.#allocate(old.value);
    entry.writable = true;
    if (this.#rules.copyDropsOld) {
      old.mapcount--;
      this.#freeIfUnused(old);
    }
    return 'copy';
  }

  #factsOf(process: TinyProcess, page: number, frame: Frame): PageFacts {
    return {
      mapcount: frame.mapcount,
      references: frame.mapcount + frame.pins,
      exclusive: frame.exclusive,
      pinned: process.pins.some((pin) => pin.page === page && pin.frame === frame),
    };
  }

  /** A free frame, the one with the lowest number, or a new one. */
  #allocate(value: number): Frame {
    let frame = this.#rules.keepFrames ? undefined : this.#frames.find(({ free }) => free);
    if (!frame) {
      frame = { id: this.#frames.length, mapcount: 0, pins: 0, exclusive: true, value: 0, free: true };
      this.#frames.push(frame);
    }
    Object.assign(frame, { mapcount: 1, pins: 0, exclusive: true, value, free: false });
    return frame;
  }

  #freeIfUnused(frame: Frame): void {
    if (frame.mapcount <= 0 && frame.pins === 0) frame.free = true;
  }

  #process(pid: number): TinyProcess {
    const process = this.#processes.get(pid);
    if (!process) throw new Error(`the tiny kernel has no process ${pid}`);
    return process;
  }
}

function newProcess(): TinyProcess {
  return { pages: new Map(), tlb: new Map(), pins: [] };
}
