import type { ChunkBuilder } from '../chunk-builder.ts';
import type { Decoder } from '../decode.ts';

/** The first bytes of a file, unpacked, for telling formats apart. */
export interface Head {
  readonly bytes: Uint8Array;
  /** The whole lines among them (at most 200), when they are text. */
  readonly lines: readonly string[];
  /** The file is no longer than the head. */
  readonly complete: boolean;
}

/** One trace format: what `pagewalk formats` prints and what the reader needs. */
export interface TraceFormat {
  readonly name: string;
  readonly title: string;
  /** Where its layout is stated. */
  readonly origin: string;
  /** Is this the beginning of such a file? The first format of the table that says yes is taken. */
  readonly matches: (head: Head) => boolean;
  readonly decoder: (builder: ChunkBuilder, name: string) => Decoder;
}
