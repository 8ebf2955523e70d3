import { PROTOTYPES } from './classes.ts';
import { isObject, type Node, nodeOf, reach, valuesIn } from './graph.ts';
import type { Image, StateRecord, Value } from './image.ts';
import { type SparseBytes, withoutZeros } from './sparse.ts';

/** Rows of numbers from this length on are kept as doubles. */
const LONG_ROW = 16;

/**
 * Takes the state of all that can be reached from `root`. Nothing is changed.
 * @param fixtures what construction made, by number (graph.ts, reach)
 * @throws Error for what a checkpoint cannot hold: a function, or an object of an unlisted class, born in the run
 */
export function capture(root: object, fixtures: ReadonlyMap<object, number>): Image {
  const numbers = new Map(fixtures);
  const reached = reach(root, numbers);
  const shapes = new ShapeTable();
  const buffers: SparseBytes[] = [];
  const rows: Uint8Array[] = [];
  const records: (StateRecord | null)[] = new Array(numbers.size).fill(null);
  for (const object of reached) {
    const node = nodeOf(object);
    const number = numbers.get(object)!;
    if (number >= fixtures.size) checkRestorable(node);
    records[number] = recordOf(node, numbers, shapes, buffers, rows);
  }
  return { fixtures: fixtures.size, shapes: shapes.all, records, buffers, rows };
}

function recordOf(
  node: Node,
  numbers: ReadonlyMap<object, number>,
  shapes: ShapeTable,
  buffers: SparseBytes[],
  rows: Uint8Array[],
): StateRecord {
  const written = (value: unknown): Value => encode(value, numbers);
  switch (node.kind) {
    case 'function':
      return ['f'];
    case 'buffer':
      return ['b', buffers.push(withoutZeros(node.buffer)) - 1];
    case 'view': {
      const { buffer, byteOffset, length } = node.view;
      return ['v', node.name, [numbers.get(buffer)!], byteOffset, length];
    }
    case 'object': {
      const shape = shapes.numberOf([node.className, ...Object.keys(node.object)]);
      return ['o', shape, ...Object.values(node.object).map(written)];
    }
    default: {
      const values = [...valuesIn(node)];
      const letter = LETTERS[node.kind];
      if (values.length >= LONG_ROW && values.every((value) => typeof value === 'number')) {
        const row = new Uint8Array(Float64Array.from(values).buffer);
        return [letter.toUpperCase(), rows.push(row) - 1];
      }
      return [letter, ...values.map(written)];
    }
  }
}

const LETTERS = { array: 'a', map: 'm', set: 's' } as const;

function encode(value: unknown, numbers: ReadonlyMap<object, number>): Value {
  if (isObject(value)) return [numbers.get(value)!];
  switch (typeof value) {
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return ['n', Object.is(value, -0) ? '-0' : String(value)];
    case 'undefined':
      return ['u'];
    case 'string':
    case 'boolean':
      return value;
    default:
      if (value === null) return null;
      throw new Error(`a checkpoint cannot hold a ${typeof value}`);
  }
}

function checkRestorable(node: Node): void {
  if (node.kind === 'function') throw new Error('a function born in the run: a checkpoint cannot hold it');
  if (node.kind === 'object' && !PROTOTYPES.has(node.className))
    throw new Error(`objects of ${node.className} are born in runs: list the class in checkpoint/classes.ts`);
}

/** Equal shapes get one number. */
class ShapeTable {
  readonly all: string[][] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(shape: string[]): number {
    const key = shape.join('\n');
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.all.push(shape) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
