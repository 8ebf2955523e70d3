/**
 * The clock of docs/timing.md, section 2, word for word: a list of pending records, looked through for every record
 * that issues. Slow on purpose.
 */
interface Pending {
  readonly index: number;
  readonly completion: number;
  /** Cause and cycles, in order of time. */
  readonly parts: (readonly [cause: string, cycles: number])[];
}

export class OracleClock {
  readonly ledger: Record<string, number> = {};
  readonly hidden: Record<string, number> = {};
  #record = 0;
  #stall = 0;
  #pending: Pending[] = [];
  readonly #width: number;
  readonly #window: number;

  constructor(width: number, window: number) {
    this.#width = width;
    this.#window = window;
  }

  /** The next record issues: it waits for record number `its own - window` and for all before that. */
  beginRecord(): void {
    while (this.#pending.length > 0 && this.#pending[0]!.index <= this.#record - this.#window) {
      this.#wait(this.#record);
    }
  }

  endRecord(): void {
    this.#record++;
  }

  /** The cycle from which the latency of the record in hand counts. */
  get arrival(): number {
    return Math.floor((this.#record + 1) / this.#width) + this.#stall;
  }

  pend(parts: Pending['parts']): void {
    const cycles = parts.reduce((sum, [, part]) => sum + part, 0);
    this.#pending.push({ index: this.#record, completion: this.arrival + cycles, parts });
  }

  /** A fault of the record in hand: its place is taken, and everything pending is waited for. */
  drainAtFault(): void {
    this.#drain(this.#record + 1);
  }

  /** A system call between two records. */
  drain(): void {
    this.#drain(this.#record);
  }

  charge(cause: string, cycles: number): void {
    this.#stall += cycles;
    add(this.ledger, cause, cycles);
  }

  /** Ends the run; the total in cycles. */
  finish(): number {
    this.drain();
    const issue = Math.ceil(this.#record / this.#width);
    add(this.ledger, 'issue', issue);
    return issue + this.#stall;
  }

  /** A new time zero with nothing pending, and nothing counted: the end of a warm-up. */
  restart(): void {
    this.drain();
    this.#record = 0;
    this.#stall = 0;
    for (const lines of [this.ledger, this.hidden])
      for (const cause of Object.keys(lines)) delete lines[cause];
  }

  /** Everything pending is waited for, the record `next` being the first that cannot issue. */
  #drain(next: number): void {
    while (this.#pending.length > 0) this.#wait(Math.min(next, this.#pending[0]!.index + this.#window));
  }

  /** Record `next` waits for the oldest pending one; its last cycles are the exposed ones. */
  #wait(next: number): void {
    const { completion, parts } = this.#pending.shift()!;
    let exposed = Math.max(0, completion - (Math.floor(next / this.#width) + this.#stall));
    this.#stall += exposed;
    for (const [cause, cycles] of parts.toReversed()) {
      const part = Math.min(cycles, exposed);
      exposed -= part;
      add(this.ledger, cause, part);
      add(this.hidden, cause, cycles - part);
    }
  }
}

function add(lines: Record<string, number>, cause: string, cycles: number): void {
  if (cycles > 0) lines[cause] = (lines[cause] ?? 0) + cycles;
}
