import { ACCESS_NAMES, type AccessType, STORE } from '../../core/access.ts';
import { formatAddress, type Pfn } from '../../core/addr.ts';
import type { FrameTable } from '../../kernel/frame/frames.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { ClearedAccesses } from './cleared.ts';
import type { Finding } from './finding.ts';
import { FrameCells } from './frame-cells.ts';
import type { PageView } from './page-views.ts';
import { type Cell, ShadowMemory, UNKNOWN } from './shadow.ts';

/** Stamps are 1 to this, in turn. */
const STAMPS = 2 ** 15 - 1;
const LOW_STAMP = 0x1ffff;

/**
 * Contents against program semantics: a store puts a new stamp into the frame that it was translated to, a load or
 * fetch looks into its frame and compares with what the program must see (shadow.ts). So a write that shows in another
 * process, a copy that copied nothing, a stale translation or a wrong frame of a superpage is seen at the first load
 * that it makes wrong.
 *
 * A page's contents are two stamps: its first store sets both, a later one either, so that what a copy should have
 * brought along is in the other. They travel in the kernel's own word for a page with a single byte in it
 * (kernel/frame/contents.ts), which it moves, copies and swaps without looking inside.
 *
 *   31       17 16        2 1 0
 *   | stamp 1  |  stamp 0  | 01 |
 *
 * Between two entries into the kernel a page needs one look for loads and one for stores: frame and page hold the same
 * then, and a store would give both the same stamp. That is over when another page turns out to lead to the frame.
 */
export class ContentsCheck {
  private readonly frames: FrameTable;
  private readonly cleared: ClearedAccesses;
  private readonly shadow = new ShadowMemory();
  private readonly seen = new FrameCells();
  private pid = 0;
  private stamp = 1;

  constructor(frames: FrameTable, cleared: ClearedAccesses) {
    this.frames = frames;
    this.cleared = cleared;
  }

  /** The process whose accesses come. */
  select(pid: number): void {
    this.pid = pid;
  }

  /** The kernel ran: frames may hold anything, and pages may lead anywhere. */
  afterKernel(): void {
    this.seen.forget();
  }

  afterCall(event: TraceEvent, refused: boolean): void {
    this.shadow.apply(event, refused);
  }

  /** An access to a page went to `frame`. */
  afterAccess(view: PageView, offset: number, type: AccessType, frame: Pfn): Finding | null {
    const { content } = this.frames;
    if (type === STORE) {
      const cell = view.stored ?? this.#storedIn(view);
      if (!this.seen.add(frame, cell)) this.#lookAgain(frame, cell);
      const word = this.#stamped(content[frame]!);
      cell.value = cell.value === UNKNOWN ? word : this.#stamped(cell.value);
      content[frame] = word;
      this.stamp = (this.stamp % STAMPS) + 1;
      return null;
    }
    const cell = view.loaded ?? this.#loadedFrom(view);
    this.seen.add(frame, cell);
    const word = content[frame]!;
    if (cell.value === word || cell.value === UNKNOWN) return null;
    return {
      law: 'loads see what the program stored',
      what: `page ${formatAddress(view.vpn, 0)} of process ${this.pid} leads to frame ${frame}, which holds ${stampsOf(word)}; the program stored ${stampsOf(cell.value)}`,
      operation: `a ${ACCESS_NAMES[type]} at ${formatAddress(view.vpn, offset)}`,
    };
  }

  /** A store to a frame that other pages lead to, which were looked at before: that they see it must not pass. */
  #lookAgain(frame: Pfn, cell: Cell): void {
    this.cleared.forget();
    this.seen.forget();
    this.seen.add(frame, cell);
  }

  #loadedFrom(view: PageView): Cell {
    view.loaded = this.shadow.loaded(this.pid, view.vpn);
    return view.loaded;
  }

  #storedIn(view: PageView): Cell {
    view.stored = view.loaded = this.shadow.stored(this.pid, view.vpn);
    return view.stored;
  }

  /** A page's word after a store to it. */
  #stamped(word: number): number {
    const stamp = this.stamp;
    if (word === 0) return (stamp << 17) | (stamp << 2) | 1;
    return (stamp & 1 ? (word & LOW_STAMP) | (stamp << 17) : (word & ~LOW_STAMP) | (stamp << 2)) | 1;
  }
}

function stampsOf(word: number): string {
  return word === 0 ? 'zeros' : `stamps ${word >>> 17} and ${(word >>> 2) & STAMPS}`;
}
