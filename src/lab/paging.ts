import { formatAddress, type Pfn, type Vpn } from '../core/addr.ts';
import { Dram } from '../memory/dram.ts';
import { CacheHierarchy } from '../memory/hierarchy.ts';
import { PhysicalMemory } from '../memory/physical.ts';
import type { PagingMode } from '../mmu/mode/mode.ts';
import { X86_FORMAT } from '../mmu/mode/x86-format.ts';
import type { Controls } from '../mmu/rules/controls.ts';
import { rulesFor } from '../mmu/rules/index.ts';
import { Walker } from '../mmu/walker.ts';

/**
 * A mode for exercises: `indexBits[0]` for level 1, 4-byte entries in the layout of 32-bit x86 (frame in bits 31:12,
 * P R/W U/S A D in bits 0 1 2 5 6, PS in bit 7), 4 KiB pages. With four index bits a level, each hex digit of an
 * address is an index.
 */
export function teachingMode(indexBits: readonly number[], leafLevels: readonly number[]): PagingMode {
  const vpnBits = indexBits.reduce((sum, bits) => sum + bits, 0);
  return {
    name: `teaching-${[...indexBits].reverse().join('-')}`,
    family: 'x86',
    levels: indexBits.length,
    indexBits,
    pteBytes: 4,
    vaBits: vpnBits + 12,
    canonical: false,
    leafLevels,
    format: X86_FORMAT,
  };
}

const X86_CONTROLS: Controls = {
  family: 'x86',
  maxphyaddr: 40,
  nxe: false,
  wp: true,
  smep: false,
  smap: false,
  ac: false,
  pge: false,
  pke: false,
  pks: false,
  pkru: 0,
  pkrs: 0,
  pdpe1gb: true,
};

/** Svadu: the hardware sets A and D. */
const RISCV_CONTROLS: Controls = {
  family: 'riscv',
  sum: false,
  mxr: false,
  adue: true,
  svnapot: false,
  svpbmt: false,
  svrsw60t59b: false,
};

/** One page-table entry, where it is and what it holds. */
export interface Entry {
  readonly table: Pfn;
  readonly index: number;
  readonly value: bigint;
}

/** Page tables that an exercise draws up, in simulated memory, with the walker that reads them. */
export class ExerciseTables {
  readonly mode: PagingMode;
  readonly root: Pfn;
  readonly walker: Walker;
  readonly #memory = new PhysicalMemory();
  readonly #frames: Pfn[];
  readonly #used = new Set<Pfn>();

  /** @param frames that tables may be put in, taken in order; the first becomes the root */
  constructor(mode: PagingMode, frames: readonly Pfn[]) {
    this.mode = mode;
    this.#frames = [...frames];
    this.root = this.#newTable();
    this.walker = new Walker(rulesFor(mode, mode.family === 'x86' ? X86_CONTROLS : RISCV_CONTROLS), {
      memory: this.#memory,
      caches: new CacheHierarchy([], new Dram(0), 52),
      psc: null,
      memoryMap: null,
      adUpdate: 0,
    });
    this.walker.root = this.root;
  }

  /** Writes a leaf for the page, and the tables on the way to it where there are none. */
  map(vpn: Vpn, pfn: Pfn, attributes: number, level = 1): void {
    const { format } = this.mode;
    let table = this.root;
    for (let at = this.mode.levels; at > level; at--) {
      const index = indexAt(this.mode, vpn, at);
      const [lo, hi] = this.#read(table, index);
      if (format.isPresent(lo, hi)) {
        table = format.pfnOf(lo, hi);
      } else {
        const next = this.#newTable();
        this.#write(table, index, format.tableLo(next), format.tableHi(next));
        table = next;
      }
    }
    const index = indexAt(this.mode, vpn, level);
    this.#write(table, index, format.leafLo(pfn, attributes, level), format.leafHi(pfn, attributes, level));
  }

  /** Every entry that is not 0, table by table in the order of their frames. */
  entries(): Entry[] {
    const result: Entry[] = [];
    for (const table of [...this.#used].sort((a, b) => a - b)) {
      for (let index = 0; index < 4096 / this.mode.pteBytes; index++) {
        const [lo, hi] = this.#read(table, index);
        if (lo !== 0 || hi !== 0) result.push({ table, index, value: this.entry(table, index) });
      }
    }
    return result;
  }

  /** Changes the low word of the leaf of a page that has one at level 1: what a kernel does that clears A. */
  edit(vpn: Vpn, change: (lo: number) => number): void {
    const { format } = this.mode;
    let table = this.root;
    for (let at = this.mode.levels; at > 1; at--) {
      table = format.pfnOf(...this.#read(table, indexAt(this.mode, vpn, at)));
    }
    const index = indexAt(this.mode, vpn, 1);
    const [lo, hi] = this.#read(table, index);
    this.#write(table, index, change(lo), hi);
  }

  /** The whole entry at `index` of a table. */
  entry(table: Pfn, index: number): bigint {
    const [lo, hi] = this.#read(table, index);
    return (BigInt.asUintN(32, BigInt(hi)) << 32n) | BigInt.asUintN(32, BigInt(lo));
  }

  /** The accessed bit in no pointer: as tables look that the hardware has not walked yet. */
  clearAccessedInPointers(): void {
    const { format } = this.mode;
    for (const { table, index, value } of this.entries()) {
      const [lo, hi] = this.#read(table, index);
      if (value !== 0n && this.#isPointer(table, index))
        this.#write(table, index, lo & ~(format.accessed | format.dirty), hi);
    }
  }

  #isPointer(table: Pfn, index: number): boolean {
    const [lo, hi] = this.#read(table, index);
    return this.#used.has(this.mode.format.pfnOf(lo, hi));
  }

  #read(table: Pfn, index: number): [lo: number, hi: number] {
    if (this.mode.pteBytes === 4) return [this.#memory.read(table, index), 0];
    return [this.#memory.read(table, index * 2), this.#memory.read(table, index * 2 + 1)];
  }

  #write(table: Pfn, index: number, lo: number, hi: number): void {
    const words = this.mode.pteBytes / 4;
    this.#memory.write(table, index * words, lo);
    if (words === 2) this.#memory.write(table, index * words + 1, hi);
  }

  #newTable(): Pfn {
    const frame = this.#frames.shift();
    if (frame === undefined) throw new Error('an exercise needs more frames for tables than it was given');
    this.#used.add(frame);
    return frame;
  }
}

/** The index into the table of a level. */
export function indexAt(mode: PagingMode, vpn: Vpn, level: number): number {
  let shift = 0;
  for (let below = 1; below < level; below++) shift += mode.indexBits[below - 1]!;
  return Math.floor(vpn / 2 ** shift) % 2 ** mode.indexBits[level - 1]!;
}

export function hex(value: number | bigint, digits = 0): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** A physical address as answers write it. */
export function physicalAddress(pfn: number, offset: number): string {
  return formatAddress(pfn, offset);
}
