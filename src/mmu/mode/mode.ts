import type { Pfn } from '../../core/addr.ts';

/**
 * A paging mode as data: one loop (walker.ts) walks them all. Level numbers count down to the leaf tables:
 * level 1 is the last table (x86 PT), level `levels` the root (x86 PML4 or PML5, RISC-V root).
 */
export interface PagingMode {
  readonly name: string;
  readonly family: 'x86' | 'riscv' | 'arm';
  readonly levels: number;
  /** Index bits per level, `indexBits[0]` for level 1. The low 12 bits of the address are the page offset. */
  readonly indexBits: readonly number[];
  readonly pteBytes: 4 | 8;
  /** Significant bits of a virtual address; the bits above repeat the top one where `canonical`. */
  readonly vaBits: number;
  readonly canonical: boolean;
  /** Only addresses whose upper bits are all 0 (the lower half) are translated: Arm's TTBR0. */
  readonly lowerHalf?: boolean;
  /** Levels at which a leaf (a superpage above level 1) may stand. */
  readonly leafLevels: readonly number[];
  readonly format: PteFormat;
}

/**
 * The PTE layout for software that reads and writes tables: kernel, loaders, viewers. The two words of a PTE are
 * passed as signed 32-bit halves; a 4-byte PTE has hi = 0. Attributes are those of core/attributes.ts.
 */
export interface PteFormat {
  leafLo(pfn: Pfn, attributes: number, level: number): number;
  leafHi(pfn: Pfn, attributes: number, level: number): number;
  tableLo(pfn: Pfn): number;
  tableHi(pfn: Pfn): number;
  isPresent(lo: number, hi: number): boolean;
  /** For a present entry at this level: leaf (true) or pointer to the next table (false). */
  isLeaf(lo: number, hi: number, level: number): boolean;
  /** The next table, or with a level the frame of that level's leaf (only x86-32 tells them apart). */
  pfnOf(lo: number, hi: number, level?: number): Pfn;
  /** Where the frame number of a level-1 leaf begins in the low word: all of it, unless the high word has more. */
  readonly pfnShift: number;
  /** What this one entry says, upper levels not folded in; the size field is left 0. */
  attributesOf(lo: number, hi: number): number;
  /** A leaf is write-protected by `lo & protectAnd | protectOr`: bulk edits such as fork use the masks directly. */
  readonly protectAnd: number;
  readonly protectOr: number;
  /** Masks of the accessed and dirty bits in the low word, of a leaf. */
  readonly accessed: number;
  readonly dirty: number;
  /** Named bits of an entry at a level, highest first, for viewers: `['NX', 63]`, ... with multi-bit fields as `[name, high, low]`. */
  bitNames(level: number): readonly (readonly [name: string, high: number, low?: number])[];
}

/** log2 of the pages that one entry spans, by level (index 0 is unused): 0, 9, 18, ... for nine index bits. */
export function spanShifts(mode: PagingMode): Int32Array {
  const shifts = new Int32Array(mode.levels + 1);
  for (let level = 2; level <= mode.levels; level++) {
    shifts[level] = shifts[level - 1]! + mode.indexBits[level - 2]!;
  }
  return shifts;
}
