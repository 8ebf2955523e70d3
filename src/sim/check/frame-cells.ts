import type { Pfn } from '../../core/addr.ts';
import type { Cell } from './shadow.ts';

/** Cells of several pages led to the frame. */
const SEVERAL = null;

/** As what memory of the program each frame was looked at since the kernel last ran. */
export class FrameCells {
  private readonly cells: (Cell | typeof SEVERAL)[] = [];
  /** By frame: the term in which it was looked at last. */
  private terms = new Int32Array(0);
  private term = 1;

  /** A page with this cell leads to the frame; false when other memory of the program does too. */
  add(frame: Pfn, cell: Cell): boolean {
    if (frame >= this.terms.length) this.#grow(frame + 1);
    if (this.terms[frame] !== this.term) {
      this.terms[frame] = this.term;
      this.cells[frame] = cell;
    } else if (this.cells[frame] !== cell) {
      this.cells[frame] = SEVERAL;
    }
    return this.cells[frame] === cell;
  }

  forget(): void {
    this.term++;
  }

  #grow(frames: number): void {
    const terms = new Int32Array(Math.max(frames, 2 * this.terms.length, 1024));
    terms.set(this.terms);
    this.terms = terms;
    while (this.cells.length < terms.length) this.cells.push(SEVERAL);
  }
}
