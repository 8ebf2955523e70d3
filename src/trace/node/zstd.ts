import { Decompress } from 'fzstd';
import { InputError } from '../../core/errors.ts';

/** Stored bytes given to the decoder at a time: what they expand to (128 KiB for every 4 at worst) is held in memory. */
const PIECE_BYTES = 1024;
/** What the zstd program itself allows without --long. */
const MAX_WINDOW = 128 << 20;

/** Unpacks Zstandard without native code. It does not check the frames' checksums (fzstd). */
export async function* unpackZstd(
  source: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((piece) => {
    if (piece.length > 0) ready.push(piece);
  });
  let first = true;
  for await (const piece of source) {
    if (first && windowOf(piece) > MAX_WINDOW) throw windowTooLarge(path);
    first = false;
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      decoder.push(new Uint8Array(piece.subarray(at, at + PIECE_BYTES)));
      yield* ready;
      ready = [];
    }
  }
  decoder.push(new Uint8Array(0), true);
  yield* ready;
}

/** Bytes of history that the first frame asks for (RFC 8878, 3.1.1.1), 0 for a skippable frame. */
function windowOf(frame: Uint8Array): number {
  if (frame.length < 14 || frame[0] !== 0x28) return 0;
  const descriptor = frame[4]!;
  const singleSegment = (descriptor & 0x20) !== 0;
  if (!singleSegment) {
    const base = 2 ** (10 + (frame[5]! >> 3));
    return base + (base / 8) * (frame[5]! & 7);
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  switch (descriptor >> 6) {
    case 0:
      return frame[at]!;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return at + 8 <= frame.length ? view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32 : 0;
  }
}

function windowTooLarge(path: string): InputError {
  return new InputError(`the zstd data need a window of more than ${MAX_WINDOW >> 20} MiB`, {
    place: path,
    remedy: `zstd -dc --long=31 '${path}' | pagewalk ... -`,
  });
}
