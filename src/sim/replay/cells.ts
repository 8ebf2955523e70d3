import type { Pfn } from '../../core/addr.ts';

/**
 * The state that a viewer sees, as numbered cells: the kind in the upper bits, below them which one of its kind. A
 * cell holds a number; 0 is what every cell holds before anything has happened.
 *
 *   memory   PFN * 1024 + word           a word of a page table, signed
 *   frame    PFN * 8 + column            what the kernel knows of a frame
 *   tlb      (TLB * 2^20 + slot) * 8 + column
 *   psc      (cache * 2^20 + slot) * 8 + column
 *   holder   TLB tag                     the address space that has it
 *   process  PID, space: its number      an object of the recording (replay/objects.ts)
 */
const KIND = 2 ** 46;
export const MEMORY = 0;
export const FRAME = 1;
export const TLB = 2;
export const PSC = 3;
export const HOLDER = 4;
export const PROCESS = 5;
export const SPACE = 6;

export const WORDS = 1024;
export const COLUMNS = 8;
const SLOTS = 2 ** 20;

export const FRAME_FLAGS = 0;
export const FRAME_REFS = 1;
export const FRAME_MAPS = 2;
export const FRAME_MAPPING = 3;
export const FRAME_INDEX = 4;
/** The page's first byte, plus one: 0 = not known (no contents are kept, or nothing is there). */
export const FRAME_BYTE = 5;

/** First page of the entry plus one: 0 in an empty slot. */
export const ENTRY_VPN = 0;
export const ENTRY_ASID = 1;
export const ENTRY_SHIFT = 2;
/** PFN of the entry's first page; of a walk cache, the table it leads to. */
export const ENTRY_PFN = 3;
export const ENTRY_ATTRIBUTES = 4;
export const ENTRY_ALLOWED = 5;
/** Place in its set's order of replacement, 0 = next victim. */
export const ENTRY_RANK = 6;

export function memoryCell(pfn: Pfn, word: number): number {
  return pfn * WORDS + word;
}

export function frameCell(pfn: Pfn, column: number): number {
  return FRAME * KIND + pfn * COLUMNS + column;
}

/** A column of a slot of a TLB or walk cache. */
export function entryCell(
  kind: typeof TLB | typeof PSC,
  cache: number,
  slot: number,
  column: number,
): number {
  return kind * KIND + (cache * SLOTS + slot) * COLUMNS + column;
}

export function cellOf(kind: typeof HOLDER | typeof PROCESS | typeof SPACE, number: number): number {
  return kind * KIND + number;
}

export function kindOf(cell: number): number {
  return Math.floor(cell / KIND);
}

/** A cell's number within its kind. */
export function withinKind(cell: number, kind: number): number {
  return cell - kind * KIND;
}

/** Which cache, and which column of all its slots, a TLB or PSC cell is. */
export function cacheOf(within: number): number {
  return Math.floor(within / (SLOTS * COLUMNS));
}

export function columnOf(within: number, cache: number): number {
  return within - cache * SLOTS * COLUMNS;
}
