/** What the container needs from its host: Node's zlib, or the browser's streams. Both work on other threads. */
export interface Deflater {
  /** Raw deflate (RFC 1951). */
  deflate(bytes: Uint8Array): Promise<Uint8Array>;
}

export interface Inflater {
  /**
   * Inverse of deflate.
   * @param rawBytes length of the result
   * @throws Error when the bytes are damaged or give another length
   */
  inflate(bytes: Uint8Array, rawBytes: number): Promise<Uint8Array>;
}
