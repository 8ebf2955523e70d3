import { PAGE_BYTES, type Pfn } from '../../core/addr.ts';
import { OutOfMemory } from '../outcome.ts';
import type { KernelState } from '../state.ts';
import { PG_LARGE, PG_TABLE } from './frames.ts';

/** A frame with one reference, all bytes zero. Throws OutOfMemory when reclaim cannot free one either. */
export function allocateFrame(k: KernelState): Pfn {
  for (;;) {
    const pfn = k.buddy.allocate(0);
    if (pfn >= 0) {
      notePeak(k);
      return pfn;
    }
    if (!k.reclaimer?.()) throw new OutOfMemory();
  }
}

/** 2^order frames, aligned; -1 when there are none in one piece. Never reclaims: large folios have a fallback. */
export function tryAllocateFrames(k: KernelState, order: number): Pfn {
  const pfn = k.buddy.allocate(order);
  if (pfn >= 0) notePeak(k);
  return pfn;
}

/** Frees a folio of 2^order frames that nothing refers to, and forgets what it held. */
export function freeFrames(k: KernelState, head: Pfn, order: number): void {
  const { frames } = k;
  if (order === 0) k.meter.add('free');
  for (let pfn = head; pfn < head + (1 << order); pfn++) k.contents.release(frames.content[pfn]!);
  if (frames.has(head, PG_LARGE)) k.folios.delete(head);
  k.buddy.release(head, order);
}

/** A page-table page: a frame whose words the walker reads. */
export function allocateTable(k: KernelState): Pfn {
  const pfn = allocateFrame(k);
  k.frames.set(pfn, PG_TABLE);
  k.counters.tables++;
  if (k.counters.tables > k.counters.tablesPeak) k.counters.tablesPeak = k.counters.tables;
  k.meter.add('tableAllocate');
  return pfn;
}

export function freeTable(k: KernelState, pfn: Pfn): void {
  k.memory.release(pfn);
  k.counters.tables--;
  k.frames.refcount[pfn] = 0;
  k.buddy.release(pfn, 0);
}

/** Copies what a page holds, and counts it. */
export function copyPage(k: KernelState, from: Pfn, to: Pfn): void {
  k.counters.bytesCopied += PAGE_BYTES;
  if (k.keepContents) k.frames.content[to] = k.contents.copy(k.frames.content[from]!);
}

function notePeak(k: KernelState): void {
  const used = k.buddy.usedFrames;
  if (used > k.counters.framesPeak) k.counters.framesPeak = used;
}
