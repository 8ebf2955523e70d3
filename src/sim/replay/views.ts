import type { Asid, Pfn, Vpn } from '../../core/addr.ts';
import { PG_ANON, PG_DIRTY, PG_EXCLUSIVE, PG_LARGE, PG_TABLE, PG_ZERO } from '../../kernel/frame/frames.ts';
import {
  COLUMNS,
  ENTRY_ALLOWED,
  ENTRY_ASID,
  ENTRY_ATTRIBUTES,
  ENTRY_PFN,
  ENTRY_RANK,
  ENTRY_SHIFT,
  ENTRY_VPN,
  entryCell,
  FRAME,
  FRAME_BYTE,
  FRAME_FLAGS,
  FRAME_INDEX,
  FRAME_MAPPING,
  FRAME_MAPS,
  FRAME_REFS,
  frameCell,
  kindOf,
  MEMORY,
  memoryCell,
  PSC,
  TLB,
} from './cells.ts';
import type { ReplayState } from './state.ts';

const KINDS = { memory: MEMORY, frames: FRAME, tlbs: TLB, pscs: PSC } as const;

/** What the kernel knows of a frame in use (struct page). */
export interface FrameView {
  readonly pfn: Pfn;
  readonly kind: 'table' | 'zero' | 'anon' | 'file';
  readonly references: number;
  readonly mapcount: number;
  /** PageAnonExclusive: no other process can map it. */
  readonly exclusive: boolean;
  readonly dirty: boolean;
  /** Part of a folio of many frames, whose first one counts the references. */
  readonly large: boolean;
  /** Number of the file and the page in it; of pages of files. */
  readonly file: number;
  readonly index: number;
  /** The first byte; undefined when contents are not kept. */
  readonly byte: number | undefined;
}

/** A frame by its number; undefined when it is free. */
export function frameAt(state: ReplayState, pfn: Pfn): FrameView | undefined {
  const at = pfn * COLUMNS;
  const { frames } = state;
  if (at >= frames.length) return undefined;
  const flags = frames[at + FRAME_FLAGS]!;
  const references = frames[at + FRAME_REFS]!;
  if (references === 0 && (flags & PG_LARGE) === 0) return undefined;
  const byte = frames[at + FRAME_BYTE]!;
  return {
    pfn,
    kind: flags & PG_TABLE ? 'table' : flags & PG_ZERO ? 'zero' : flags & PG_ANON ? 'anon' : 'file',
    references,
    mapcount: frames[at + FRAME_MAPS]!,
    exclusive: (flags & PG_EXCLUSIVE) !== 0,
    dirty: (flags & PG_DIRTY) !== 0,
    large: (flags & PG_LARGE) !== 0,
    file: frames[at + FRAME_MAPPING]!,
    index: frames[at + FRAME_INDEX]!,
    byte: byte === 0 ? undefined : byte - 1,
  };
}

/** Every frame in use that holds no page table, in order. */
export function* dataFrames(state: ReplayState): Generator<FrameView> {
  for (let pfn = 0; pfn < state.frames.length / COLUMNS; pfn++) {
    const frame = frameAt(state, pfn);
    if (frame && frame.kind !== 'table') yield frame;
  }
}

/** Data frames in use: how many there are, and the first `limit` of those that are in a page cache and mapped nowhere. */
export function surveyFrames(state: ReplayState, limit: number): { count: number; unmapped: FrameView[] } {
  const { frames } = state;
  const unmapped: FrameView[] = [];
  let count = 0;
  for (let at = 0; at < frames.length; at += COLUMNS) {
    const flags = frames[at + FRAME_FLAGS]!;
    if (frames[at + FRAME_REFS] === 0 || (flags & (PG_TABLE | PG_ZERO)) !== 0) continue;
    count++;
    if ((flags & PG_ANON) === 0 && frames[at + FRAME_MAPS] === 0 && unmapped.length < limit)
      unmapped.push(frameAt(state, at / COLUMNS)!);
  }
  return { count, unmapped };
}

/** An entry of a TLB or walk cache. */
export interface CacheEntry {
  readonly slot: number;
  readonly vpn: Vpn;
  readonly asid: Asid;
  /** log2 of the pages it spans; of a TLB. */
  readonly shift: number;
  /** First frame of the page; of a walk cache, the table that it leads to. */
  readonly pfn: Pfn;
  readonly attributes: number;
  /** Mask of accesses that need no further check, bit privilege * 3 + access; of a TLB. */
  readonly allowed: number;
  /** Place in its set's order of replacement, 0 = the next to go. */
  readonly rank: number;
}

/** The entry in a slot; undefined when it is empty. */
export function cacheEntry(cache: Float64Array, slot: number): CacheEntry | undefined {
  const at = slot * COLUMNS;
  if (cache[at + ENTRY_VPN] === 0) return undefined;
  return {
    slot,
    vpn: cache[at + ENTRY_VPN]! - 1,
    asid: cache[at + ENTRY_ASID]!,
    shift: cache[at + ENTRY_SHIFT]!,
    pfn: cache[at + ENTRY_PFN]!,
    attributes: cache[at + ENTRY_ATTRIBUTES]!,
    allowed: cache[at + ENTRY_ALLOWED]!,
    rank: cache[at + ENTRY_RANK]!,
  };
}

/** How many slots of a TLB or walk cache hold an entry. */
export function liveEntries(cache: Float64Array): number {
  let live = 0;
  for (let at = ENTRY_VPN; at < cache.length; at += COLUMNS) if (cache[at] !== 0) live++;
  return live;
}

/** What one step changed, for showing it. */
export class Changes {
  static readonly #NONE = new Changes(new Set());
  readonly #cells: ReadonlySet<number>;
  readonly #kinds: ReadonlySet<number>;

  constructor(cells: ReadonlySet<number>) {
    this.#cells = cells;
    this.#kinds = new Set([...cells].map(kindOf));
  }

  /** These changes where any is of this kind; otherwise one object that has none, for all steps. */
  of(kind: keyof typeof KINDS): Changes {
    return this.#kinds.has(KINDS[kind]) ? this : Changes.#NONE;
  }

  frame(pfn: Pfn): boolean {
    for (let column = 0; column < COLUMNS; column++) if (this.#cells.has(frameCell(pfn, column))) return true;
    return false;
  }

  /** One 32-bit word of a page table. */
  word(table: Pfn, word: number): boolean {
    return this.#cells.has(memoryCell(table, word));
  }

  tlbSlot(tlb: number, slot: number): boolean {
    return this.#slot(TLB, tlb, slot);
  }

  pscSlot(cache: number, slot: number): boolean {
    return this.#slot(PSC, cache, slot);
  }

  /** An entry came, went or was written anew; a mere change of order does not count. */
  #slot(kind: typeof TLB | typeof PSC, cache: number, slot: number): boolean {
    return [ENTRY_VPN, ENTRY_ASID, ENTRY_PFN, ENTRY_ATTRIBUTES, ENTRY_ALLOWED].some((column) =>
      this.#cells.has(entryCell(kind, cache, slot, column)),
    );
  }
}
