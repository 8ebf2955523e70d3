import { InputError } from '../../core/errors.ts';
import { HeldSource, type HeldTrace, holdTrace } from '../../trace/held-trace.ts';
import { MadeTrace, type Recipe } from '../../trace/node/made.ts';
import { openTrace } from '../../trace/node/open.ts';
import type { TraceSource } from '../../trace/source.ts';

/** Bytes of decoded columns that are kept for all points: 32 M records. Larger traces are decoded by every point. */
const HELD_BYTES = 256 << 20;

/** Where a trace comes from: a file, or a recipe. */
export type NamedTrace =
  | { readonly kind: 'file'; readonly path: string; readonly format?: string }
  | { readonly kind: 'made'; readonly recipe: Recipe };

/** Where the points of a comparison read their trace; plain data, sent to threads. */
export type TraceOrigin = NamedTrace | { readonly kind: 'held'; readonly trace: HeldTrace };

/**
 * Decodes a trace once for all points where it fits into memory; otherwise each point is to decode it.
 * @param sets of TLBs that compaction may tell apart for all of them
 * @throws InputError where there is no such trace or it is broken, or too large to be read from a pipe more than once
 */
export async function shareTrace(named: NamedTrace, sets: number, limit = HELD_BYTES): Promise<TraceOrigin> {
  const trace = await holdTrace(await openOrigin(named), limit, sets);
  if (trace) return { kind: 'held', trace };
  if (named.kind === 'file' && named.path === '-')
    throw new InputError('standard input can be read only once, and this trace is too large to keep', {
      place: named.path,
      remedy: 'write it to a file first',
    });
  return named;
}

/** A reading of the trace from its beginning. @throws InputError as openTrace */
export function openOrigin(origin: TraceOrigin): Promise<TraceSource> | TraceSource {
  switch (origin.kind) {
    case 'held':
      return new HeldSource(origin.trace);
    case 'made':
      return new MadeTrace(origin.recipe);
    case 'file':
      return openTrace(origin.path, origin.format === undefined ? {} : { format: origin.format });
  }
}
