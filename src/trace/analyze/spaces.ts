import type { TraceEvent } from '../event.ts';

/** Which address space is accessed: follows switches, forks and execs. Pages of different spaces are different. */
export class Spaces {
  /** Number of the space that is accessed now. */
  current = 0;
  readonly #ofProcess = new Map<number, number>();
  #count = 1;
  /** The first process named takes over the space that was accessed before any was. */
  #unnamed = true;

  /** Spaces so far. */
  get count(): number {
    return this.#count;
  }

  apply(event: TraceEvent): void {
    if (event.kind === 'switch') this.current = this.#spaceOf(event.pid);
    else if (event.kind === 'fork') {
      const space = event.vm === undefined ? this.#count++ : this.#spaceOf(event.pid);
      this.#ofProcess.set(event.child, space);
    } else if (event.kind === 'exec') this.#ofProcess.set(event.pid, this.#count++);
    else if (event.kind === 'exit') this.#ofProcess.delete(event.pid);
  }

  #spaceOf(pid: number): number {
    const known = this.#ofProcess.get(pid);
    if (known !== undefined) return known;
    const space = this.#unnamed ? 0 : this.#count++;
    this.#unnamed = false;
    this.#ofProcess.set(pid, space);
    return space;
  }
}
