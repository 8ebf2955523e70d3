/**
 * A chunk without the records that do what the record before them in their set of a TLB did: the same access to the
 * same page. Each of them is a hit on the entry that its set has used last, whatever the TLB's ways and policy: it
 * changes no state, takes no time beyond its issue, and counts as a lookup. That holds as long as nothing but records
 * happens, so they are folded block by block: whoever finds something else happening (a signal, an invalidation) goes
 * on with every record of the chunk to the end of the block. Loads and stores may share a TLB or not: what is left out
 * may be left out in both cases. It says nothing of data caches.
 */
export interface Compacted {
  /**
   * Sets that were told apart, by the lowest bits of the VPN: a power of two. 1 suits every TLB; more, those that have
   * so many sets or a multiple, chosen in this way, and nothing but 4 KiB entries.
   */
  readonly sets: number;
  /** The records that are kept, and the place of each in the chunk. */
  readonly keys: Int32Array;
  readonly places: Uint16Array;
  /** By block, and one behind the last: its first record in the chunk, and its first one that is kept. */
  readonly records: Uint32Array;
  readonly kept: Uint32Array;
  /** By block: fetches, loads and stores left out. */
  readonly folded: Uint16Array;
}
