import type { Chunk } from '../chunk.ts';
import type { Deflater } from '../pwt/codec.ts';

/** Takes the next bytes of an output; resolves when more may come. The bytes may be used again after that. */
export type Output = (bytes: Uint8Array) => Promise<void>;

/** Writes one trace in one format, as a stream. */
export interface TraceWriter {
  /** Adds a chunk, which may be used again once this has resolved. */
  write(chunk: Chunk): Promise<void>;
  /** Writes what is left. Nothing may be written after it. */
  finish(): Promise<void>;
}

export interface WriteContext {
  readonly deflater: Deflater;
  /** Where the trace comes from, for formats that can say it. */
  readonly properties: Readonly<Record<string, string>>;
  /** The events state every mapping. */
  readonly mapped: boolean;
}

export type MakeWriter = (out: Output, context: WriteContext) => Promise<TraceWriter>;
