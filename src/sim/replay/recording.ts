import type { Cycle } from '../../core/addr.ts';
import type { PagingMode } from '../../mmu/mode/mode.ts';
import type { WalkRules } from '../../mmu/rules/walk-rules.ts';
import type { Replacement } from '../../tlb/replacement/index.ts';
import { Cursor } from './cursor.ts';
import type { RecordingMachine } from './machine.ts';
import type { Names } from './names.ts';
import type { AccessRecord, OperationRecord, Step } from './step.ts';

/** Steps between two sums of the ledger that are kept. */
const SUM_EVERY = 256;

/** A TLB or walk cache as a viewer draws it. `sets` and `ways` are those of its arrays, slots numbered through. */
export interface CacheShape {
  readonly name: string;
  readonly arrays: readonly {
    readonly sets: number;
    readonly ways: number;
    readonly first: number;
    readonly replacement: Replacement;
  }[];
}

/**
 * A run on tape: every step that was made, for moving to and fro in it. It grows while {@link record} is called.
 * A *position* p in 1 .. length is the moment after step p - 1; the setup is step 0.
 */
export class Recording {
  readonly names: Names;
  /** Operations that there will be, as far as known. */
  readonly expected: number;
  readonly tlbs: readonly CacheShape[];
  readonly pscs: readonly (CacheShape & { readonly level: number })[];
  /** Who answers PTE reads, nearest first, memory last; and who answers data accesses. */
  readonly cacheNames: readonly string[];
  readonly dataNames: readonly string[];
  readonly #machine: RecordingMachine;
  readonly #operations: Iterator<void>;
  #finished = false;
  /** By position: the cycle it is at. */
  readonly #cycleAt: number[] = [0];
  readonly #faults: number[] = [];
  /** Ledger sums after every SUM_EVERY steps. */
  readonly #sums: Float64Array[] = [];

  constructor(machine: RecordingMachine, names: Names, expected: number, operations: Iterator<void>) {
    this.#machine = machine;
    this.names = names;
    this.expected = expected;
    this.#operations = operations;
    const { tlbs, psc, caches, dataCaches } = machine.hardware;
    this.tlbs = tlbs.all.map(({ name, arrays }) => ({
      name,
      arrays: shapesOf(arrays.map(({ table }) => table)),
    }));
    this.pscs = (psc?.levels ?? []).map((cache) => ({
      name: `L${cache.level}`,
      level: cache.level,
      arrays: shapesOf([{ sets: cache.sets, ways: cache.ways, replacement: 'lru' }]),
    }));
    this.cacheNames = caches.names;
    this.dataNames = dataCaches.names;
    this.#settle();
  }

  get steps(): readonly Step[] {
    return this.#machine.tape.steps;
  }

  get operations(): readonly OperationRecord[] {
    return this.#machine.tape.operations;
  }

  get accesses(): readonly AccessRecord[] {
    return this.#machine.tape.accesses;
  }

  /** Steps at which a page fault was raised, in order. */
  get faults(): readonly number[] {
    return this.#faults;
  }

  /** What cells of kind PROCESS and SPACE name. */
  get objects(): readonly object[] {
    return this.#machine.tape.objects;
  }

  get mode(): PagingMode {
    return this.#machine.hardware.mode;
  }

  get rules(): WalkRules {
    return this.#machine.hardware.mmu.walker.rules;
  }

  get machineName(): string {
    return this.#machine.machine.name;
  }

  /** Positions: 1 .. length. */
  get length(): number {
    return this.#cycleAt.length - 1;
  }

  get finished(): boolean {
    return this.#finished;
  }

  get totalCycles(): Cycle {
    return this.#cycleAt[this.length]!;
  }

  /** The name of a file by its number. */
  fileName(file: number): string {
    const found = this.#machine.kernel.state.files.get(file);
    return found ? found.name || 'shared memory' : `file ${file}`;
  }

  /** Records one more operation; false when there is none left. */
  record(): boolean {
    if (this.#finished) return false;
    if (this.#operations.next().done) {
      this.#finished = true;
      this.#machine.finish();
    }
    this.#settle();
    return !this.#finished;
  }

  /** A reader at the first position. */
  cursor(): Cursor {
    return new Cursor(this.#machine.tape.journal, this.#machine.tape.head);
  }

  /** The cycle at which a position stands. */
  cycleAt(position: number): Cycle {
    return this.#cycleAt[position]!;
  }

  /** The last position that stands at or before a cycle. */
  positionAt(cycle: Cycle): number {
    let low = 1;
    let high = this.length;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#cycleAt[middle]! <= cycle) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The ledger at a position, `into` cycles into the step to come: cycles by cause. Their sum is the cycle. */
  ledgerAt(position: number, into: Cycle = 0): Map<string, Cycle> {
    const names = this.#machine.ledger.names();
    const sums = new Float64Array(names.length);
    const from = Math.floor(position / SUM_EVERY);
    if (from > 0) sums.set(this.#sums[from - 1]!);
    for (let step = from * SUM_EVERY; step < position; step++)
      for (const { cause, cycles } of this.steps[step]!.charges) if (cause >= 0) sums[cause]! += cycles;
    let left = into;
    for (const { cause, cycles } of position < this.length ? this.steps[position]!.charges : []) {
      const taken = Math.min(left, cycles);
      if (cause >= 0) sums[cause]! += taken;
      left -= taken;
    }
    const lines = new Map<string, Cycle>();
    for (const [id, name] of names.entries()) if (sums[id] !== 0) lines.set(name, sums[id]!);
    return lines;
  }

  /** The ledger name of a cause. */
  causeName(cause: number): string {
    return this.#machine.ledger.names()[cause] ?? '';
  }

  /** Adds up the steps made since the last call. Only whole operations: then every step has its ledger line. */
  #settle(): void {
    for (let step = this.length; step < this.steps.length; step++) {
      let cycles = this.#cycleAt[step]!;
      if (this.steps[step]!.what.kind === 'fault') this.#faults.push(step);
      for (const charge of this.steps[step]!.charges) cycles += charge.cycles;
      this.#cycleAt.push(cycles);
      if ((step + 1) % SUM_EVERY === 0) this.#addSums(step + 1);
    }
  }

  #addSums(position: number): void {
    const before = this.#sums.at(-1);
    const sums = new Float64Array(this.#machine.ledger.names().length);
    if (before) sums.set(before);
    for (let step = position - SUM_EVERY; step < position; step++)
      for (const { cause, cycles } of this.steps[step]!.charges) if (cause >= 0) sums[cause]! += cycles;
    this.#sums.push(sums);
  }
}

function shapesOf(
  tables: readonly { readonly sets: number; readonly ways: number; readonly replacement: Replacement }[],
): CacheShape['arrays'] {
  let first = 0;
  return tables.map(({ sets, ways, replacement }) => {
    const shape = { sets, ways, replacement, first };
    first += sets * ways;
    return shape;
  });
}
