/** Takes counted pieces from a byte stream. */
export class ByteReader {
  /** Bytes taken so far. */
  offset = 0;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #have: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, in memory of their own; fewer when the stream ends before. */
  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#have.length === 0) {
        const { value, done } = await this.#iterator.next();
        if (done) break;
        this.#have = value;
        continue;
      }
      const piece = this.#have.subarray(0, count - filled);
      taken.set(piece, filled);
      filled += piece.length;
      this.#have = this.#have.subarray(piece.length);
    }
    this.offset += filled;
    return taken.subarray(0, filled);
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
