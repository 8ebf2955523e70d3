import type { replay } from '../../src/index.ts';

/** How far one press of the arrow goes. */
export type Grain = 'line' | 'access' | 'step' | 'cycle';
export const GRAINS: readonly Grain[] = ['line', 'access', 'step', 'cycle'];

/**
 * Where the viewer stands in a recording: a position (the moment after a step), and with cycles as grain so many cycles
 * into the step to come.
 */
export class Player {
  readonly recording: replay.Recording;
  readonly cursor: replay.Cursor;
  /** Cycles into the step to come: its work is under way, none of it is to be seen yet. */
  into = 0;

  constructor(recording: replay.Recording) {
    this.recording = recording;
    this.cursor = recording.cursor();
  }

  get position(): number {
    return this.cursor.position;
  }

  get cycle(): number {
    return this.recording.cycleAt(this.position) + this.into;
  }

  /** The step just made, and the one to come if there is one. */
  get step(): replay.Step {
    return this.recording.steps[this.position - 1]!;
  }

  get atEnd(): boolean {
    return this.position === this.recording.length;
  }

  get atStart(): boolean {
    return this.position === 1 && this.into === 0;
  }

  /** Goes to a position, or as near to it as there is one; `into` the step after it. */
  seek(position: number, into = 0): void {
    const { recording } = this;
    const target = Math.max(1, Math.min(recording.length, Math.round(position)));
    this.cursor.seek(target);
    const room = target < recording.length ? recording.cycleAt(target + 1) - recording.cycleAt(target) : 0;
    this.into = Math.max(0, Math.min(into, room - 1));
  }

  /** One grain forwards (1) or backwards (-1); false when there is nothing further. */
  move(grain: Grain, direction: 1 | -1): boolean {
    if (direction === 1 ? this.atEnd : this.atStart) return false;
    if (grain === 'cycle') this.#moveCycle(direction);
    else if (direction === -1 && this.into > 0 && grain === 'step') this.into = 0;
    else this.seek(direction === 1 ? this.#next(grain) : this.#previous(grain));
    return true;
  }

  /** To the end of a line of the script. */
  seekOperation(operation: number): void {
    this.seek(this.recording.operations[operation]!.lastStep + 1);
  }

  /** Where it stands as `operation.step`, counted so that a link stays good while other lines change little. */
  get place(): string {
    const { operation } = this.step;
    const first = operation < 0 ? 0 : this.recording.operations[operation]!.firstStep;
    return `${operation}.${this.position - 1 - first}`;
  }

  /** The inverse of {@link place}; as far as the recording goes. */
  seekPlace(place: string): void {
    const [operation = -1, step = 0] = place.split('.').map(Number);
    const record = this.recording.operations[operation];
    if (record) this.seek(Math.min(record.firstStep + step, record.lastStep) + 1);
  }

  #moveCycle(direction: 1 | -1): void {
    const cycle = this.cycle + direction;
    if (cycle > this.recording.totalCycles || cycle < 0) {
      this.seek(direction === 1 ? this.recording.length : 1);
      return;
    }
    const position = this.recording.positionAt(cycle);
    this.seek(position, cycle - this.recording.cycleAt(position));
  }

  #next(grain: Grain): number {
    const { operations, accesses } = this.recording;
    const { position } = this;
    if (grain === 'step') return position + 1;
    const line = firstBeyond(operations, position);
    if (grain === 'line') return line;
    return Math.min(line, firstBeyond(accesses, position));
  }

  #previous(grain: Grain): number {
    const { operations, accesses } = this.recording;
    const { position } = this;
    if (grain === 'step') return position - 1;
    const line = lastBefore(operations, position);
    if (grain === 'line') return line;
    return Math.max(line, lastBefore(accesses, position));
  }
}

interface Stretch {
  readonly lastStep: number;
}

/** The first end of a stretch that lies beyond a position. */
function firstBeyond(stretches: readonly Stretch[], position: number): number {
  const found = stretches[countUpTo(stretches, position)];
  return found ? found.lastStep + 1 : Number.MAX_SAFE_INTEGER;
}

function lastBefore(stretches: readonly Stretch[], position: number): number {
  const found = stretches[countUpTo(stretches, position - 1) - 1];
  return found ? found.lastStep + 1 : 1;
}

/** How many stretches end at or before a position. */
function countUpTo(stretches: readonly Stretch[], position: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stretches[middle]!.lastStep + 1 <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
