/** Bytes of which only the parts that are not zero are kept. */
export interface SparseBytes {
  readonly length: number;
  /** In order, apart from each other. */
  readonly pieces: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

const PAGE = 4096;
const ZEROS = Buffer.alloc(PAGE);

/** The parts of a buffer that are not zero, in whole pages. They are views: copy or write them before it changes. */
export function withoutZeros(buffer: ArrayBuffer): SparseBytes {
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  const length = buffer.byteLength;
  let from = -1;
  for (let at = 0; at <= length; at += PAGE) {
    const zero = at >= length || isZero(buffer, at);
    if (!zero && from < 0) from = at;
    if (!zero || from < 0) continue;
    pieces.push({ at: from, bytes: new Uint8Array(buffer, from, Math.min(at, length) - from) });
    from = -1;
  }
  if (from >= 0) pieces.push({ at: from, bytes: new Uint8Array(buffer, from, length - from) });
  return { length, pieces };
}

/** Makes a buffer of the same length hold these bytes. Zeros are not written over zeros. */
export function fillWith(buffer: ArrayBuffer, { pieces }: SparseBytes): void {
  let next = 0;
  for (const { at, bytes } of pieces) {
    clear(buffer, next, at);
    new Uint8Array(buffer, at, bytes.length).set(bytes);
    next = at + bytes.length;
  }
  clear(buffer, next, buffer.byteLength);
}

function clear(buffer: ArrayBuffer, from: number, to: number): void {
  for (let at = from; at < to; at += PAGE) {
    const bytes = Buffer.from(buffer, at, Math.min(PAGE, to - at));
    if (bytes.compare(ZEROS, 0, bytes.length) !== 0) bytes.fill(0);
  }
}

function isZero(buffer: ArrayBuffer, at: number): boolean {
  const bytes = Buffer.from(buffer, at, Math.min(PAGE, buffer.byteLength - at));
  return bytes.compare(ZEROS, 0, bytes.length) === 0;
}
