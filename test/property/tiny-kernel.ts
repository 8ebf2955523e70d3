import { STORE } from '../../src/core/access.ts';
import {
  ATTR_ACCESSED,
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_GLOBAL,
  ATTR_READ,
  ATTR_SIZE_SHIFT,
  ATTR_USER,
  ATTR_WRITE,
} from '../../src/core/attributes.ts';
import type { Fault } from '../../src/core/fault.ts';
import type { TlbMaintenance } from '../../src/core/kernel-port.ts';
import type { PhysicalMemory } from '../../src/memory/physical.ts';
import { type PagingMode, spanShifts } from '../../src/mmu/mode/mode.ts';

/** What the kernel does between two accesses. `stale` leaves out the flush, as a kernel with a bug would. */
export type KernelOp =
  | { op: 'protect' | 'relax' | 'clean' | 'unmap' | 'cold-table'; vpn: number; stale: boolean }
  | { op: 'flush-range'; vpn: number; pages: number }
  | { op: 'flush-asid' }
  | { op: 'flush-all' }
  | { op: 'switch'; space: number };

const NAPOT = 4;
const BIG = [9, 10];
const HUGE = 18;

/**
 * A kernel without memory of its own: what a page is (its size, its rights, whether it is shared, copied on a write
 * or missing) follows from its number, so two of them that see the same faults write the same page tables. It exists
 * to make every kind of fault, invalidation and stale entry; it is no model of any real kernel.
 */
export class TinyKernel {
  readonly roots: number[];
  readonly log: string[] = [];
  /** Every entry ever written, as table and word. */
  readonly written = new Map<string, [table: number, word: number]>();
  #nextFrame = 1;
  readonly #mode: PagingMode;
  readonly #memory: PhysicalMemory;
  readonly #tlb: TlbMaintenance;
  readonly #charge: (cycles: number) => void;
  readonly #shifts: Int32Array;
  readonly #firstAsid: number;
  readonly #napot: boolean;
  space = 0;

  constructor(
    mode: PagingMode,
    memory: PhysicalMemory,
    tlb: TlbMaintenance,
    charge: (cycles: number) => void,
    options: { spaces: number; firstAsid: number; napot: boolean },
  ) {
    this.#mode = mode;
    this.#memory = memory;
    this.#tlb = tlb;
    this.#charge = charge;
    this.#shifts = spanShifts(mode);
    this.#firstAsid = options.firstAsid;
    this.#napot = options.napot;
    this.roots = Array.from({ length: options.spaces }, () => this.#frames(0));
  }

  get asid(): number {
    return this.#firstAsid + this.space;
  }

  get root(): number {
    return this.roots[this.space]!;
  }

  handleFault(fault: Fault): 'retry' | 'signal' {
    const { vpn, access, reason, vector, code, level, offset, step } = fault;
    this.log.push([vpn, offset, access, reason, vector, code, level, step].join(' '));
    this.#charge(7);
    if (reason === 'non-canonical' || vpn % 29 === 5) return 'signal';
    const shift = this.#sizeOf(vpn);
    const page = Math.floor(vpn / 2 ** shift);
    const { table, word, level: leaf } = this.#entry(vpn, shift);
    const { format } = this.#mode;
    const [lo, hi] = this.#read(table, word);
    const kind = page % 7;
    const needed = access === STORE ? ATTR_WRITE : access === 0 ? ATTR_EXEC : ATTR_READ;
    if (kind === 1 && needed === ATTR_WRITE) return 'signal';
    if (kind === 3 && needed === ATTR_EXEC) return 'signal';

    const present = format.isPresent(lo, hi);
    const copied = kind === 2 && access === STORE;
    const frame = present && !copied ? format.pfnOf(lo, hi) : this.#frames(shift);
    let attributes = ATTR_READ | ATTR_USER | (shift << ATTR_SIZE_SHIFT);
    if (kind !== 3) attributes |= ATTR_EXEC;
    if (kind !== 1 && (kind !== 2 || copied)) attributes |= ATTR_WRITE;
    if (kind === 4) attributes |= ATTR_GLOBAL;
    if (page % 2 === 0 || reason === 'accessed-clear') attributes |= ATTR_ACCESSED;
    if (reason === 'dirty-clear') attributes |= ATTR_ACCESSED | ATTR_DIRTY;
    this.#write(table, word, format.leafLo(frame, attributes, leaf), format.leafHi(frame, attributes, leaf));
    if (present) this.#tlb.invalidatePage(this.asid, vpn);
    return 'retry';
  }

  do(op: KernelOp): void {
    this.#charge(3);
    if (op.op === 'switch') this.space = op.space;
    else if (op.op === 'flush-all') this.#tlb.invalidateAll();
    else if (op.op === 'flush-asid') this.#tlb.invalidateAsid(this.asid);
    else if (op.op === 'flush-range') this.#tlb.invalidateRange(this.asid, op.vpn, op.pages);
    else if (this.#canonical(op.vpn)) {
      this.#edit(op.op, op.vpn);
      if (!op.stale) this.#tlb.invalidatePage(this.asid, op.vpn);
    }
  }

  #edit(op: 'protect' | 'relax' | 'clean' | 'unmap' | 'cold-table', vpn: number): void {
    const { format } = this.#mode;
    const { table, word, level, parent } = this.#entry(vpn, this.#sizeOf(vpn));
    if (op === 'cold-table') {
      if (parent === null) return;
      const [lo, hi] = this.#read(parent.table, parent.word);
      this.#write(parent.table, parent.word, lo & ~format.accessed, hi);
      return;
    }
    const [lo, hi] = this.#read(table, word);
    if (!format.isPresent(lo, hi)) return;
    if (op === 'unmap') this.#write(table, word, 0, 0);
    if (op === 'protect') this.#write(table, word, (lo & format.protectAnd) | format.protectOr, hi);
    if (op === 'clean') this.#write(table, word, lo & ~format.dirty & ~format.accessed, hi);
    if (op === 'relax') {
      const attributes = format.attributesOf(lo, hi) | ATTR_WRITE | (this.#sizeOf(vpn) << ATTR_SIZE_SHIFT);
      const frame = format.pfnOf(lo, hi);
      this.#write(
        table,
        word,
        format.leafLo(frame, attributes, level),
        format.leafHi(frame, attributes, level),
      );
    }
  }

  #canonical(vpn: number): boolean {
    const half = 2 ** (this.#mode.vaBits - 13);
    return !this.#mode.canonical || vpn < half || vpn >= 2 ** 52 - half;
  }

  /** log2 of the 4 KiB pages of the page that holds this one: large ones lie between small ones. */
  #sizeOf(vpn: number): number {
    const sizes = this.#mode.leafLevels.map((level) => this.#shifts[level]!);
    if (sizes.includes(HUGE) && Math.floor(vpn / 2 ** HUGE) % 4 === 3) return HUGE;
    const big = sizes.find((shift) => BIG.includes(shift));
    if (big !== undefined && Math.floor(vpn / 2 ** big) % 3 === 1) return big;
    return this.#napot && Math.floor(vpn / 2 ** NAPOT) % 3 === 1 ? NAPOT : 0;
  }

  /** Where the leaf of a page stands (Svnapot: the page's own entry of the sixteen); tables are made on the way. */
  #entry(vpn: number, shift: number) {
    const { levels, indexBits, pteBytes, format } = this.#mode;
    const below = shift === NAPOT ? 0 : shift;
    let table = this.root;
    let parent: { table: number; word: number } | null = null;
    for (let level = levels; ; level--) {
      const index = Math.floor(vpn / 2 ** this.#shifts[level]!) % 2 ** indexBits[level - 1]!;
      const word = (index * pteBytes) / 4;
      if (this.#shifts[level] === below) return { table, word, level, parent };
      const [lo, hi] = this.#read(table, word);
      parent = { table, word };
      if (format.isPresent(lo, hi)) {
        table = format.pfnOf(lo, hi);
      } else {
        const next = this.#frames(0);
        this.#write(table, word, format.tableLo(next), format.tableHi(next));
        table = next;
      }
    }
  }

  #read(table: number, word: number): [lo: number, hi: number] {
    const hi = this.#mode.pteBytes === 8 ? this.#memory.read(table, word + 1) : 0;
    return [this.#memory.read(table, word), hi];
  }

  #write(table: number, word: number, lo: number, hi: number): void {
    this.#memory.write(table, word, lo);
    if (this.#mode.pteBytes === 8) this.#memory.write(table, word + 1, hi);
    this.written.set(`${table} ${word}`, [table, word]);
  }

  /** 2^shift frames, aligned to their number. */
  #frames(shift: number): number {
    const size = 2 ** shift;
    const first = Math.ceil(this.#nextFrame / size) * size;
    this.#nextFrame = first + size;
    return first;
  }
}
