import { STORE } from '../core/access.ts';
import type { Pfn, Vpn } from '../core/addr.ts';
import {
  ATTR_ACCESSED,
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_READ,
  ATTR_USER,
  ATTR_WRITE,
} from '../core/attributes.ts';
import { InputError } from '../core/errors.ts';
import type { Fault } from '../core/fault.ts';
import type { CycleSink, FaultOutcome, TlbMaintenance } from '../core/kernel-port.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import { type PagingMode, spanShifts } from '../mmu/mode/mode.ts';
import { FrameOrder } from './frame-order.ts';

export interface DemandSettings {
  memoryBytes: number;
  faultCycles: number;
  /** Random order applies to 4 KiB frames; larger pages need aligned runs and come in sequence. */
  frameOrder: 'sequential' | 'random';
  seed: number;
  /** log2 of the 4 KiB pages that one fault maps: 0 for 4K, 9 for 2M, ... */
  pageShift: number;
}

const RETRY: FaultOutcome = { kind: 'retry' };
const LEAF = ATTR_READ | ATTR_WRITE | ATTR_EXEC | ATTR_USER | ATTR_ACCESSED;

/**
 * The simplest kernel there is: every page exists, and is mapped (readable, writable, executable, clean) when it is
 * first touched. No process ever gets a signal. For studies of the hardware alone.
 */
export class DemandKernel {
  minorFaults = 0;
  /** Frames that hold page tables, the roots included. */
  pageTableFrames = 0;
  private nextFrame = 1;
  private readonly frames: number;
  private readonly roots = new Map<number, Pfn>();
  private readonly memory: PhysicalMemory;
  private readonly mode: PagingMode;
  private readonly settings: DemandSettings;
  private readonly sink: CycleSink;
  private readonly tlb: TlbMaintenance;
  private readonly cause: number;
  private readonly order: FrameOrder;
  /** By level: the pages under one entry, as log2 and as a number, and the mask of an index into its table. */
  private readonly spanShifts: Int32Array;
  private readonly spans: Float64Array;
  private readonly masks: Int32Array;
  private readonly wordsPerPte: number;
  private readonly leafLevel: number;
  /** The table of leaves used last: tables stay where they are for good. */
  private lastTable: Pfn = 0;
  private lastRoot: Pfn = -1;
  private lastBlock = -1;

  constructor(
    memory: PhysicalMemory,
    mode: PagingMode,
    settings: DemandSettings,
    sink: CycleSink,
    tlb: TlbMaintenance,
  ) {
    this.memory = memory;
    this.mode = mode;
    this.settings = settings;
    this.frames = Math.floor(settings.memoryBytes / 4096);
    this.sink = sink;
    this.tlb = tlb;
    this.cause = sink.cause('fault.demand');
    const shuffled = settings.frameOrder === 'random' && settings.pageShift === 0;
    this.order = new FrameOrder(this.frames, shuffled ? settings.seed : null);
    this.spanShifts = spanShifts(mode);
    this.spans = Float64Array.from(this.spanShifts, (shift) => 2 ** shift);
    this.masks = Int32Array.from([0, ...mode.indexBits], (bits) => 2 ** bits - 1);
    this.wordsPerPte = mode.pteBytes / 4;
    this.leafLevel = this.spanShifts.findLastIndex(
      (shift, level) => level > 0 && shift <= settings.pageShift,
    );
    if (this.leafLevel < 0) throw new Error(`${mode.name} has no leaf of ${settings.pageShift} bits`);
  }

  /** PFN of the process's root table; made on first use. */
  rootOf(pid: number): Pfn {
    let root = this.roots.get(pid);
    if (root === undefined) {
      root = this.allocate(0);
      this.roots.set(pid, root);
      this.pageTableFrames++;
    }
    return root;
  }

  /** Frames of data handed out, in 4 KiB units. */
  dataFrames = 0;

  /** Maps the page of the fault. @throws InputError when the simulated memory is full */
  handleFault(pid: number, fault: Fault): FaultOutcome {
    this.sink.charge(this.cause, this.settings.faultCycles);
    this.minorFaults++;
    // A page that was there already changed its bits: what a TLB keeps of it is stale (RISC-V manual, SFENCE.VMA).
    if (!this.map(this.rootOf(pid), fault.vpn, fault.access === STORE))
      this.tlb.invalidatePage(pid, fault.vpn);
    return RETRY;
  }

  /** True when the page is new, false when it was there and its PTE was written again. */
  private map(root: Pfn, vpn: Vpn, store: boolean): boolean {
    const { mode, memory, leafLevel: level } = this;
    const { format } = mode;
    const block = Math.floor(vpn / (this.spans[level]! * (this.masks[level]! + 1)));
    if (block !== this.lastBlock || root !== this.lastRoot) {
      this.lastTable = this.leafTable(root, vpn);
      this.lastBlock = block;
      this.lastRoot = root;
    }
    const table = this.lastTable;
    const word = this.wordOf(vpn, level);
    memory.seek(table);
    const lo = memory.words[memory.at + word]!;
    const hi = this.wordsPerPte === 2 ? memory.words[memory.at + word + 1]! : 0;
    const isNew = !format.isPresent(lo, hi);
    const order = this.spanShifts[level]!;
    const frame = isNew ? this.allocate(order) : format.pfnOf(lo, hi);
    if (isNew) this.dataFrames += 2 ** order;
    const attributes = mode.family === 'riscv' && store ? LEAF | ATTR_DIRTY : LEAF;
    const high = format.leafHi(frame, attributes, level);
    this.write(table, word, format.leafLo(frame, attributes, level), high);
    return isNew;
  }

  /** The table that holds a page's leaf; made, and those above it, where it is missing. */
  private leafTable(root: Pfn, vpn: Vpn): Pfn {
    const { format, levels } = this.mode;
    let table = root;
    for (let level = levels; level > this.leafLevel; level--) {
      const word = this.wordOf(vpn, level);
      const lo = this.memory.read(table, word);
      const hi = this.wordsPerPte === 2 ? this.memory.read(table, word + 1) : 0;
      if (format.isPresent(lo, hi)) {
        table = format.pfnOf(lo, hi);
        continue;
      }
      const next = this.allocate(0);
      this.pageTableFrames++;
      this.write(table, word, format.tableLo(next), format.tableHi(next));
      table = next;
    }
    return table;
  }

  private wordOf(vpn: Vpn, level: number): number {
    return ((vpn / this.spans[level]!) & this.masks[level]!) * this.wordsPerPte;
  }

  private write(table: Pfn, word: number, lo: number, hi: number): void {
    this.memory.write(table, word, lo);
    if (this.wordsPerPte === 2) this.memory.write(table, word + 1, hi);
  }

  /** A free block of 2^order frames, naturally aligned. */
  private allocate(order: number): Pfn {
    const size = 2 ** order;
    const first = Math.ceil(this.nextFrame / size) * size;
    if (first + size > this.frames) this.full();
    this.nextFrame = first + size;
    return order === 0 ? this.order.at(first) : first;
  }

  private full(): never {
    throw new InputError(`the simulated memory of ${this.settings.memoryBytes} bytes is full`, {
      remedy: 'give the machine more: --set kernel.memoryBytes=64G, or --limit the trace',
    });
  }
}
