import type { FrameCard, MemoryView, VmaBlock } from './memory-view.ts';

/** Heights in em, so that lines, rows and cards keep together at every zoom. */
export const PROCESS_HEIGHT = 2.6;
export const VMA_HEIGHT = 2;
export const ROW_HEIGHT = 1.9;
export const NOTE_HEIGHT = 1.6;
export const GAP = 0.8;
export const CARD_HEIGHT = 3.5;
const CARD_GAP = 0.5;

/** Where the frames stand beside the pages that map them, and how tall all of it is. */
export interface MemoryLayout {
  /** Top and height of each VMA. */
  readonly vmaAt: ReadonlyMap<VmaBlock, { readonly top: number; readonly height: number }>;
  /** Middle of each row, by its key. */
  readonly rowAt: ReadonlyMap<string, number>;
  /** Top of each card, by PFN. */
  readonly cardAt: ReadonlyMap<number, number>;
  /** Cards in the order in which they stand. */
  readonly cards: readonly FrameCard[];
  readonly height: number;
}

/** Each card stands as near to its first page as the cards above it allow. */
export function layOut(view: MemoryView): MemoryLayout {
  const vmaAt = new Map<VmaBlock, { top: number; height: number }>();
  const rowAt = new Map<string, number>();
  let y = 0;
  for (const { vmas, space } of view.processes) {
    y += PROCESS_HEIGHT;
    for (const vma of vmas) {
      const { rows, omitted } = vma;
      const top = y;
      y += VMA_HEIGHT;
      for (const { key } of rows) {
        rowAt.set(key, y + ROW_HEIGHT / 2);
        y += ROW_HEIGHT;
      }
      if (omitted > 0) y += NOTE_HEIGHT;
      vmaAt.set(vma, { top, height: y - top });
    }
    if (space && vmas.length === 0) y += NOTE_HEIGHT;
    y += GAP;
  }
  const placeOf = ({ firstRow: key }: FrameCard) =>
    key === undefined ? Number.POSITIVE_INFINITY : rowAt.get(key)!;
  const cards = [...view.frames].sort((a, b) => placeOf(a) - placeOf(b) || a.frame.pfn - b.frame.pfn);
  const cardAt = new Map<number, number>();
  let free = 0;
  for (const card of cards) {
    const wanted = placeOf(card) - CARD_HEIGHT / 2;
    const top = Number.isFinite(wanted) ? Math.max(free, wanted) : free;
    cardAt.set(card.frame.pfn, top);
    free = top + CARD_HEIGHT + CARD_GAP;
  }
  return { vmaAt, rowAt, cardAt, cards, height: Math.max(y, free) };
}
