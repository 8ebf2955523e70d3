import type { PlainInputError } from '../../trace/node/ahead/messages.ts';
import type { RunResult } from '../result.ts';
import type { TraceOrigin } from './origin.ts';
import type { Point } from './point.ts';

/** What a thread is started with. */
export interface ThreadTask {
  readonly origin: TraceOrigin;
  readonly points: readonly Point[];
  readonly version: string;
}

/** To a thread: which point to run next. */
export type NextPoint = number;

export type FromThread =
  | { readonly kind: 'done'; readonly point: number; readonly result: RunResult }
  | { readonly kind: 'failed'; readonly point: number; readonly error: PlainInputError };
