import { InputError } from '../../../core/errors.ts';
import type { Chunk } from '../../chunk.ts';
import type { TraceInfo } from '../../source.ts';
import type { TraceStatistics } from '../../statistics.ts';
import type { OpenOptions } from '../open.ts';

/** What the decoding thread is started with. */
export interface Task {
  readonly path: string;
  readonly options: OpenOptions;
  /** One for each chunk that may be under way. */
  readonly slots: readonly SharedArrayBuffer[];
}

/** An InputError, which does not survive the way between threads as such. */
export interface PlainInputError {
  readonly message: string;
  readonly place: string | undefined;
  readonly remedy: string | undefined;
}

export type FromThread =
  | { readonly kind: 'opened'; readonly info: TraceInfo }
  | {
      readonly kind: 'chunk';
      /** Which slot holds its records. */
      readonly slot: number;
      readonly count: number;
      readonly wide: boolean;
      readonly events: Chunk['events'];
      /** `address >> 32` of the regions that were first seen since the last chunk. */
      readonly newRegions: readonly number[];
      readonly statistics: TraceStatistics;
      readonly bytesRead: number;
    }
  | { readonly kind: 'end'; readonly statistics: TraceStatistics; readonly damage: PlainInputError | null }
  | { readonly kind: 'failed'; readonly error: PlainInputError };

/** To the thread: the slot may be written again. */
export type Freed = number;

export function plain({ message, place, remedy }: InputError): PlainInputError {
  return { message, place, remedy };
}

export function inputError({ message, place, remedy }: PlainInputError): InputError {
  return new InputError(message, {
    ...(place !== undefined && { place }),
    ...(remedy !== undefined && { remedy }),
  });
}
