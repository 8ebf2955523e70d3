import { type CellSetter, redoChanges, undoChanges, WORDS_PER_CHANGE } from './changes.ts';
import { Strides } from './strides.ts';

/**
 * Changes of numbered cells, step by step, in a form that can be played forwards and backwards, one step at a time or
 * in leaps: a scenario of 10,000 operations takes some tens of megabytes.
 */
export class Journal {
  #log = new Float64Array(WORDS_PER_CHANGE * 1024);
  #length = 0;
  /** Where each step begins in the log. */
  readonly #starts: number[] = [];
  readonly #strides = new Strides();

  /** Steps begun so far. */
  get steps(): number {
    return this.#starts.length;
  }

  /** The changes to come belong to a new step; returns its number. */
  beginStep(): number {
    this.#strides.complete(this.steps, (from, to) =>
      this.#log.subarray(this.#starts[from], this.#endOf(to - 1)),
    );
    return this.#starts.push(this.#length) - 1;
  }

  note(cell: number, before: number, after: number): void {
    if (this.#length === this.#log.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#log);
      this.#log = grown;
    }
    const log = this.#log;
    log[this.#length] = cell;
    log[this.#length + 1] = before;
    log[this.#length + 2] = after;
    this.#length += WORDS_PER_CHANGE;
  }

  /** Shows the cells as step `step` leaves them, in order. */
  redo(step: number, set: CellSetter): void {
    redoChanges(this.#log, this.#starts[step]!, this.#endOf(step), set);
  }

  /** Shows the cells as they are after `to` steps, where the setter has them as after `from` steps. */
  play(from: number, to: number, set: CellSetter): void {
    let at = from;
    while (at < to) {
      const leapt = this.#strides.leap(at, to, set);
      if (leapt === 0) this.redo(at, set);
      at += leapt || 1;
    }
    while (at > to) {
      const leapt = this.#strides.leap(at, to, set);
      if (leapt === 0) undoChanges(this.#log, this.#starts[at - 1]!, this.#endOf(at - 1), set);
      at -= leapt || 1;
    }
  }

  #endOf(step: number): number {
    return this.#starts[step + 1] ?? this.#length;
  }
}
