/**
 * How the accesses of one .pwt block are laid out once unpacked. docs/trace-format.md says the same to a C
 * programmer; the numbers here are the format.
 *
 *   tag    7     4 3   2 1  0        one per access
 *         +-------+-----+----+
 *         | size  | how |type|
 *         +-------+-----+----+
 *
 * type: 0 fetch, 1 load, 2 store, 3 modify. size: index into the block's size table of that type, 15 = the next
 * entry of the size column. how: the distance from the predicted address is 0, in the byte column, in the 16-bit
 * column, or the whole address is in the address and region columns.
 *
 * Predicted is, for a fetch, the end of the fetch before; for another access, the address of the last access that
 * was made under the same instruction hash (loads and modifies apart from stores).
 */
export const HOW_PREDICTED = 0;
export const HOW_BYTE = 1;
export const HOW_WORD = 2;
export const HOW_WHOLE = 3;

export const SIZE_ESCAPE = 15;
/** In the size column: the access was made by the kernel. */
export const SIZE_BY_KERNEL = 0x8000;

/** Slots of the prediction table. */
export const SLOTS = 4096;

/** The slot of a data access of this type under the instruction at `fetchLow` (low 32 bits of its address). */
export function slotOf(fetchLow: number, type: number): number {
  return (((fetchLow ^ (fetchLow >>> 11)) & 0x7ff) << 1) | ((type >>> 1) & ~type & 1);
}

/** Accesses in a full block; the last one of a file has fewer. */
export const BLOCK_ACCESSES = 1 << 18;

/** The columns of a block, unpacked. */
export interface Columns {
  /** Sizes by type * 16 + code. */
  readonly sizeTable: Uint16Array;
  /** `address >> 32` by the numbers of the region column. */
  readonly regionHighs: Uint32Array;
  readonly lows: Int32Array;
  readonly regions: Uint16Array;
  readonly words: Int16Array;
  readonly sizes: Uint16Array;
  readonly tags: Uint8Array;
  readonly bytes: Int8Array;
}
