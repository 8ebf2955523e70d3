import type { Chunk } from '../chunk.ts';

/** Chunks that are kept or left out together: about a million records. */
const STRETCH = 16;

/**
 * Keeps a share of a trace's accesses, in stretches of about a million, and every event: those of the stretches that
 * are left out happen before the next one that is kept.
 */
export class ChunkSampler {
  readonly #share: number;
  #chunks = 0;
  #events: Chunk['events'] = [];

  /** @param share of the stretches, above 0 and at most 1 */
  constructor(share: number) {
    this.#share = share;
  }

  /** The chunk with the events that were left over, or null when it is left out. Good as long as the chunk is. */
  take(chunk: Chunk): Chunk | null {
    const stretch = Math.floor(this.#chunks++ / STRETCH);
    // The first stretch is kept, whatever the share: processes begin there.
    const kept = Math.ceil((stretch + 1) * this.#share) > Math.ceil(stretch * this.#share);
    if (!kept) {
      this.#events.push(...chunk.events.map(({ event }) => ({ at: 0, event })));
      return null;
    }
    const events = [...this.#events, ...chunk.events];
    this.#events = [];
    return { ...chunk, events };
  }

  /** Events that nothing was kept after: a chunk without records. Null when there are none. */
  rest(chunk: Chunk): Chunk | null {
    return this.#events.length === 0 ? null : { ...chunk, count: 0, events: this.#events };
  }
}
