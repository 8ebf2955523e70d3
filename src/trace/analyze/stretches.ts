import type { Chunk } from '../chunk.ts';
import type { TraceEvent } from '../event.ts';

/** Calls `onEvent` for each event and `onRecords` for each stretch of records between events, in order. */
export function eachStretch(
  chunk: Chunk,
  onRecords: (from: number, to: number) => void,
  onEvent: (event: TraceEvent) => void,
): void {
  let from = 0;
  for (const { at, event } of chunk.events) {
    if (at > from) onRecords(from, at);
    from = Math.max(from, at);
    onEvent(event);
  }
  if (from < chunk.count) onRecords(from, chunk.count);
}
