import { COLUMNS } from './cells.ts';
import type { Journal } from './journal.ts';
import { ReplayState } from './state.ts';
import { Changes } from './views.ts';

/** A reader of a recording: it stands at a position and has the state of that moment. */
export class Cursor {
  readonly state: ReplayState;
  readonly #journal: Journal;
  #position = 0;

  /** @param like a state of the same machine */
  constructor(journal: Journal, like: ReplayState) {
    this.#journal = journal;
    this.state = new ReplayState({
      tlbs: like.tlbs.map((cache) => cache.length / COLUMNS),
      pscs: like.pscs.map((cache) => cache.length / COLUMNS),
    });
    this.seek(1);
  }

  /** Steps made so far: 1 after the setup. */
  get position(): number {
    return this.#position;
  }

  /** Goes to a position in 0 .. steps recorded. */
  seek(position: number): void {
    this.#journal.play(this.#position, position, this.state.set);
    this.#position = position;
  }

  /** What the step just made has changed. */
  changes(): Changes {
    const cells = new Set<number>();
    if (this.#position > 0) this.#journal.redo(this.#position - 1, (cell) => cells.add(cell));
    return new Changes(cells);
  }
}
