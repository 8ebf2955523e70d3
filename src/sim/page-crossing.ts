import { type Chunk, CONTINUES } from '../trace/chunk.ts';

/** Joins all pieces of an access: only the page of its first byte is looked up. */
export const ANY_PAGE = 64;

/**
 * A decoder splits accesses at 4 KiB boundaries. Where the machine's pages are larger, a piece in the same page as the
 * one before it is no lookup of its own: this takes such records out of the chunk, in place, and moves the events.
 * @param shift log2 of the 4 KiB pages of a page; 0 changes nothing
 */
export function joinPages(chunk: Chunk, shift: number): void {
  if (shift === 0) return;
  const { keys, offsets, sizes, events } = chunk;
  chunk.compacted = undefined;
  const unit = 4 * 2 ** shift;
  let kept = 0;
  let event = 0;
  let previousPage = -1;
  for (let i = 0; i < chunk.count; i++) {
    for (; event < events.length && events[event]!.at === i; event++) events[event]!.at = kept;
    const key = keys instanceof Int32Array ? keys[i]! >>> 0 : keys[i]!;
    const page = Math.floor(key / unit);
    const joined = (offsets[i]! & CONTINUES) !== 0 && (shift === ANY_PAGE || page === previousPage);
    previousPage = page;
    if (joined) continue;
    keys[kept] = keys[i]!;
    offsets[kept] = offsets[i]!;
    sizes[kept++] = sizes[i]!;
  }
  for (; event < events.length; event++) events[event]!.at = kept;
  chunk.count = kept;
}
