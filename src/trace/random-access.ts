/** A file that can be read anywhere, without having been unpacked. */
export interface RandomAccess {
  /** In bytes. */
  readonly size: number;
  /** The bytes of [offset, offset + length); fewer at the end of the file. */
  readAt(offset: number, length: number): Promise<Uint8Array>;
  /** Everything from `offset` on, in pieces, each good until the next is asked for. */
  bytesFrom(offset: number): AsyncIterable<Uint8Array>;
}
