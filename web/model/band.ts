import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A stretch of the height of an element, in em. */
export interface Band {
  readonly from: number;
  readonly to: number;
}

/** An element that is no taller is drawn as a whole. */
const SMALL = 120;
/** Drawn beyond what is in sight, so that what is scrolled in is there already, and how far apart bands begin. */
const MARGIN = 12;
const GRID = 8;

/** The part of a tall element that is in the window or near it; all of a small one. @param height its height in em */
export function useBand(element: RefObject<HTMLElement | null>, height: number): Band {
  const isSmall = height <= SMALL;
  const [band, setBand] = useState<Band>({ from: 0, to: SMALL });
  // After every drawing too: what stands above may have grown. By then the layout is made, and asking is cheap.
  useEffect(() => {
    if (isSmall) return;
    const update = () => {
      const { top, height: pixels } = element.current!.getBoundingClientRect();
      const em = pixels / height;
      const from = Math.floor((-top / em - MARGIN) / GRID) * GRID;
      const to = Math.ceil(((innerHeight - top) / em + MARGIN) / GRID) * GRID;
      setBand((before) => (before.from === from && before.to === to ? before : { from, to }));
    };
    update();
    addEventListener('scroll', update, { passive: true });
    addEventListener('resize', update);
    return () => {
      removeEventListener('scroll', update);
      removeEventListener('resize', update);
    };
  });
  return isSmall ? { from: 0, to: height } : band;
}

export function touches({ from, to }: Band, top: number, bottom: number): boolean {
  return bottom > from && top < to;
}
