import { OFFSET_MASK } from '../trace/chunk.ts';

/** Packed records (trace/chunk.ts) to be run. */
export interface PackedRecords {
  readonly keys: Int32Array;
  /** By place: byte offsets and flags of every record that is issued. */
  readonly offsets: Uint16Array;
  /** Where `keys` are only some of the records that are issued: the place of each among all. */
  readonly places: Uint16Array | null;
  /** The sets that were told apart in leaving some out (trace/compacted.ts); 1 where none is. */
  readonly sets: number;
}

/** The place of record `at` among all that are issued. */
export function placeOf({ places }: PackedRecords, at: number): number {
  return places === null ? at : places[at]!;
}

/** The byte offset of record `at` in its page. */
export function offsetOf(records: PackedRecords, at: number): number {
  return records.offsets[placeOf(records, at)]! & OFFSET_MASK;
}
