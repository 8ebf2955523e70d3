import type { InputError } from '../../core/errors.ts';
import type { Chunk } from '../chunk.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import type { Inflater } from '../pwt/codec.ts';
import type { RandomAccess } from '../random-access.ts';
import type { FileHost } from '../record/files.ts';
import type { MakeWriter } from '../write/writer.ts';

/** The first bytes of a file, unpacked, for telling formats apart. */
export interface Head {
  readonly bytes: Uint8Array;
  /** The whole lines among them (at most 200), when they are text. */
  readonly lines: readonly string[];
  /** The file is no longer than the head. */
  readonly complete: boolean;
}

/** What a decoder is told beside the bytes. */
export interface DecodeContext {
  /** Of the file, for messages. */
  readonly name: string;
  readonly inflater: Inflater;
  /** The files of this machine; without them the system calls of a log are passed over. */
  readonly files?: FileHost;
  /** Told of damage instead of throwing, by formats that can tell what is whole: everything before it was read. */
  readonly recover?: (damage: InputError) => void;
}

/** What the front of a file says about itself. */
export interface TraceDescription {
  /** Where the trace comes from: command, tools, host, time. */
  readonly properties: Readonly<Record<string, string>>;
  /** The events state every mapping, the initial layout included: an access elsewhere is a fault of the program. */
  readonly mapped: boolean;
}

/** One trace format: what `pagewalk formats` prints and what the reader needs. */
export interface TraceFormat {
  readonly name: string;
  readonly title: string;
  /** Where its layout is stated. */
  readonly origin: string;
  /** Bytes that `describe` wants to see, where they are more than those that tell formats apart. */
  readonly headBytes?: number;
  /** Is this the beginning of such a file? The first format of the table that says yes is taken. */
  readonly matches: (head: Head) => boolean;
  /** Of formats that describe themselves. Throws InputError when the description is damaged. */
  readonly describe?: (head: Head, name: string) => TraceDescription;
  /** Decodes the unpacked bytes into the builder's chunk, handing it on whenever it is full. */
  readonly decode: (
    source: AsyncIterable<Uint8Array>,
    builder: ChunkBuilder,
    context: DecodeContext,
  ) => AsyncGenerator<Chunk, void, undefined>;
  /**
   * Of formats with an index: the trace from about access `from` on, with every event before it, and the number of
   * the first access that comes. Null when the index is of no use.
   */
  readonly seek?: (
    file: RandomAccess,
    from: number,
    builder: ChunkBuilder,
    context: DecodeContext,
  ) => Promise<{ first: number; chunks: AsyncIterable<Chunk> } | null>;
  /** Of formats that can be written. */
  readonly write?: MakeWriter;
}
