import { Journal } from './journal.ts';
import { type CacheSizes, ReplayState } from './state.ts';
import type { AccessRecord, Charge, Happening, OperationRecord, Step } from './step.ts';

const NO_CHARGES: readonly Charge[] = [];

/**
 * What is being recorded: steps, and for each step the cells that it changed. `head` is the state after the last one.
 */
export class Tape {
  readonly journal = new Journal();
  readonly steps: Step[] = [];
  readonly operations: OperationRecord[] = [];
  readonly accesses: AccessRecord[] = [];
  /** What cells of kind PROCESS and SPACE name: object k is the cell's value k + 1. */
  readonly objects: object[] = [];
  readonly head: ReplayState;
  #access = -1;

  constructor(sizes: CacheSizes) {
    this.head = new ReplayState(sizes);
  }

  beginOperation(operation: Pick<OperationRecord, 'line' | 'text' | 'sentence' | 'pid'>): void {
    const firstStep = this.steps.length;
    this.operations.push({ ...operation, firstStep, lastStep: firstStep, answer: {} });
    this.#access = -1;
    this.step({ kind: 'operation' });
  }

  endOperation(answer: Readonly<Record<string, unknown>>): void {
    this.#access = -1;
    this.step({ kind: 'done' });
    this.operations.at(-1)!.answer = answer;
  }

  beginAccess(access: Omit<AccessRecord, 'operation' | 'firstStep' | 'lastStep'>): void {
    const firstStep = this.steps.length;
    const operation = this.operations.length - 1;
    this.#access = this.accesses.push({ ...access, operation, firstStep, lastStep: firstStep }) - 1;
  }

  /** A new step: what {@link write} changes from here on is its work. */
  step(what: Happening, charges: readonly Charge[] = NO_CHARGES): void {
    const number = this.journal.beginStep();
    const operation = this.operations.length - 1;
    this.steps.push({ what, operation, access: this.#access, charges });
    if (operation >= 0) this.operations[operation]!.lastStep = number;
    if (this.#access >= 0) this.accesses[this.#access]!.lastStep = number;
  }

  /** One more charge for the current step. */
  addCharge(charge: Charge): void {
    const last = this.steps.length - 1;
    const step = this.steps[last]!;
    if (step.charges.length === 0) this.steps[last] = { ...step, charges: [charge] };
    else (step.charges as Charge[]).push(charge);
  }

  /** The current step costs nothing after all. */
  forgetCharges(): void {
    const last = this.steps.length - 1;
    this.steps[last] = { ...this.steps[last]!, charges: NO_CHARGES };
  }

  /** A cell of the state takes a value, as part of the current step. */
  write(cell: number, value: number): void {
    const before = this.head.get(cell);
    if (before === value) return;
    this.journal.note(cell, before, value);
    this.head.set(cell, value);
  }

  /** The object that a cell holds, if any. */
  objectAt(cell: number): object | undefined {
    return this.objects[this.head.get(cell) - 1];
  }

  writeObject(cell: number, object: object): void {
    if (this.objectAt(cell) !== object) this.write(cell, this.objects.push(object));
  }
}
