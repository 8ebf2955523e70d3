import { stderr } from 'node:process';
import { SingleBar } from 'cli-progress';

/** Runs shorter than this show nothing. */
const QUIET_MS = 1000;
const REDRAW_MS = 200;

/**
 * Progress of a run on standard error: accesses, rate, remaining time (by bytes of the file). Only on a terminal.
 * @param totalBytes of the trace file, null for a pipe: then no remaining time
 */
export class RunProgress {
  readonly #totalBytes: number | null;
  readonly #start = Date.now();
  #bar: SingleBar | null = null;
  #next = QUIET_MS;

  constructor(totalBytes: number | null) {
    this.#totalBytes = totalBytes;
  }

  update(accesses: number, bytesRead: number): void {
    if (!stderr.isTTY) return;
    const elapsed = Date.now() - this.#start;
    if (elapsed < this.#next) return;
    this.#next = elapsed + REDRAW_MS;
    const rate = `${(accesses / elapsed / 1000).toFixed(1)} M accesses/s`;
    const count = accesses.toLocaleString('en-US');
    if (this.#bar === null) this.#bar = this.#begin();
    this.#bar.update(bytesRead, { count, rate });
  }

  stop(): void {
    this.#bar?.stop();
  }

  #begin(): SingleBar {
    const known = this.#totalBytes !== null;
    const bar = new SingleBar({
      format: known
        ? '{bar} {percentage} %  {count} accesses  {rate}  {eta_formatted} left'
        : '{count} accesses  {rate}',
      stream: stderr,
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
    });
    bar.start(this.#totalBytes ?? 0, 0, { count: '0', rate: '' });
    return bar;
  }
}

/** Progress of a row of runs on standard error: runs done of all, remaining time. Only on a terminal. */
export class PointProgress {
  readonly #start = Date.now();
  #bar: SingleBar | null = null;

  update(done: number, all: number): void {
    if (!stderr.isTTY || (this.#bar === null && Date.now() - this.#start < QUIET_MS)) return;
    if (this.#bar === null) {
      this.#bar = new SingleBar({
        format: '{bar} {value} of {total} runs  {eta_formatted} left',
        stream: stderr,
        clearOnComplete: true,
        hideCursor: true,
      });
      this.#bar.start(all, 0);
    }
    this.#bar.update(done);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
