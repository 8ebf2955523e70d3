import type { InputError } from '../core/errors.ts';
import type { Chunk, RegionTable } from './chunk.ts';
import type { Compression } from './compression.ts';
import type { TraceStatistics } from './statistics.ts';

/** What is known of a trace before it is read. */
export interface TraceInfo {
  /** As the user gave it; `-` for standard input. */
  readonly path: string;
  /** Name in the format table. */
  readonly format: string;
  readonly compression: Compression;
  /** Bytes of the file as it is stored; null for a pipe. */
  readonly bytes: number | null;
  /** Where the trace comes from, as it says itself; empty for most formats. */
  readonly properties: Readonly<Record<string, string>>;
  /** The events state every mapping, the initial layout included: an access elsewhere is a fault of the program. */
  readonly mapped: boolean;
}

/** An open trace. Read once, front to back. */
export interface TraceSource {
  readonly info: TraceInfo;
  readonly regions: RegionTable;
  /** Counts of what has been decoded so far. */
  readonly statistics: TraceStatistics;
  /** Stored bytes read so far, for progress against `info.bytes`. */
  readonly bytesRead: number;
  /** Number of the first access that comes, where the trace was opened at another than its first. */
  readonly firstAccess?: number;
  /** What ended a reading that was told to recover; null while nothing has. */
  readonly damage: InputError | null;
  /**
   * The chunks in order, to be read only. The chunk object and its columns are used again: be done with one before
   * asking for the next. Leaving the loop early closes the trace.
   * @throws InputError with file and line or byte where the trace is no trace
   */
  chunks(): AsyncIterable<Chunk>;
  /** SHA-256 of the stored bytes in hex: of the whole file, or of what was read of a pipe. Call it after reading. */
  sha256(): Promise<string>;
  close(): Promise<void>;
}
