const WORDS_PER_CHANGE = 3;

/**
 * Changes of numbered cells, step by step, in a form that can be played forwards and backwards: three doubles a
 * change (cell, before, after), so that a scenario of 10,000 operations takes a few megabytes.
 */
export class Journal {
  #log = new Float64Array(WORDS_PER_CHANGE * 1024);
  #length = 0;
  /** Where each step begins in the log. */
  readonly #starts: number[] = [];

  /** Steps begun so far. */
  get steps(): number {
    return this.#starts.length;
  }

  get changes(): number {
    return this.#length / WORDS_PER_CHANGE;
  }

  /** The changes to come belong to a new step; returns its number. */
  beginStep(): number {
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
  redo(step: number, set: (cell: number, value: number) => void): void {
    const end = this.#endOf(step);
    for (let at = this.#starts[step]!; at < end; at += WORDS_PER_CHANGE)
      set(this.#log[at]!, this.#log[at + 2]!);
  }

  /** Shows the cells as they were before step `step`, last change first. */
  undo(step: number, set: (cell: number, value: number) => void): void {
    const start = this.#starts[step]!;
    for (let at = this.#endOf(step) - WORDS_PER_CHANGE; at >= start; at -= WORDS_PER_CHANGE)
      set(this.#log[at]!, this.#log[at + 1]!);
  }

  #endOf(step: number): number {
    return this.#starts[step + 1] ?? this.#length;
  }
}
