import { ReadableStream } from 'node:stream/web';
import xzDecompress from 'xz-decompress';
import { InputError } from '../../core/errors.ts';

// The package is CommonJS: its names are on the default import.
const { XzReadableStream } = xzDecompress;
/** The same class under the name that the decoder's types know it by. */
type WebStream = ConstructorParameters<typeof XzReadableStream>[0];

/** The decoder has one context; a second file would wait for the first for ever. */
let inUse: string | null = null;

/** Unpacks xz, several concatenated streams and their padding included; damage is an Error from the iteration. */
export async function* unpackXz(
  source: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (inUse !== null)
    throw new InputError(`one xz file is unpacked at a time, and '${inUse}' is open`, {
      place: path,
      remedy: `unpack it first: xz -dk '${path}'`,
    });
  inUse = path;
  const iterator = source[Symbol.asyncIterator]();
  const stored = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await iterator.next();
        if (done) controller.close();
        // The source uses its buffer again.
        else controller.enqueue(new Uint8Array(value));
      },
    },
    { highWaterMark: 0 },
  );
  try {
    yield* new XzReadableStream(stored as WebStream) as unknown as AsyncIterable<Uint8Array>;
  } finally {
    inUse = null;
    await iterator.return?.();
  }
}
