import { PROTOTYPES } from './classes.ts';
import { type Node, nodeOf, VIEWS, type ViewName } from './graph.ts';
import type { Image, StateRecord, Value } from './image.ts';
import { fillWith, type SparseBytes } from './sparse.ts';

/** The image does not fit what was built: other code made it, or nobody did. */
export class MisfitError extends Error {}

/**
 * Gives a freshly built graph the state of an image. Fixtures stay the objects that they are, so that whoever refers
 * to them (closures too) sees the state; what was born in the run is made anew, without constructors. On an error
 * the graph is half filled and of no use.
 * @param fixtures in order of their numbers
 * @throws MisfitError when the image is of another graph
 */
export function restore(fixtures: readonly object[], image: Image): void {
  if (image.fixtures !== fixtures.length) throw new MisfitError('other parts');
  const objects = new Restoration(fixtures, image);
  objects.fill();
}

class Restoration {
  readonly #image: Image;
  readonly #fixtures: readonly object[];
  readonly #objects: (object | undefined)[];

  constructor(fixtures: readonly object[], image: Image) {
    this.#image = image;
    this.#fixtures = fixtures;
    this.#objects = image.records.map((_, number) => fixtures[number]);
    // Views need their buffers.
    for (const wanted of [false, true]) {
      for (let number = fixtures.length; number < image.records.length; number++) {
        const record = image.records[number]!;
        if ((record?.[0] === 'v') === wanted) this.#objects[number] = this.#make(record);
      }
    }
  }

  fill(): void {
    for (const [number, record] of this.#image.records.entries()) {
      if (record !== null) this.#fill(nodeOf(this.#objects[number]!), record, number < this.#fixtures.length);
    }
  }

  #make(record: StateRecord | null): object {
    switch (record?.[0].toLowerCase()) {
      case 'b':
        return new ArrayBuffer(this.#buffer(record[1]).length);
      case 'v': {
        const [, name, buffer, at, length] = record;
        const owner = this.#decode(buffer);
        const View = Object.hasOwn(VIEWS, String(name)) ? VIEWS[name as ViewName] : undefined;
        if (!View || !(owner instanceof ArrayBuffer)) throw new MisfitError('a view of no buffer');
        try {
          return new View(owner, at as number, length as number);
        } catch {
          throw new MisfitError('a view outside its buffer');
        }
      }
      case 'a':
        return [];
      case 'm':
        return new Map();
      case 's':
        return new Set();
      case 'o': {
        const prototype = PROTOTYPES.get(this.#shape(record[1])[0]!);
        if (!prototype) throw new MisfitError('an unknown class');
        return Object.create(prototype) as object;
      }
      default:
        throw new MisfitError('an unknown kind of object');
    }
  }

  #fill(node: Node, record: StateRecord, fixture: boolean): void {
    if (KINDS[record[0].toLowerCase()] !== node.kind) throw new MisfitError('another kind of object');
    switch (node.kind) {
      case 'buffer': {
        const bytes = this.#buffer(record[1]);
        if (bytes.length !== node.buffer.byteLength) throw new MisfitError('a buffer of another size');
        fillWith(node.buffer, bytes);
        return;
      }
      case 'array': {
        const values = this.#values(record);
        for (let i = 0; i < values.length; i++) if (node.array[i] !== values[i]) node.array[i] = values[i];
        if (node.array.length !== values.length) node.array.length = values.length;
        return;
      }
      case 'map': {
        const values = this.#values(record);
        node.map.clear();
        for (let i = 0; i < values.length; i += 2) node.map.set(values[i], values[i + 1]);
        return;
      }
      case 'set':
        node.set.clear();
        for (const value of this.#values(record)) node.set.add(value);
        return;
      case 'object':
        this.#fillObject(node, record, fixture);
        return;
      default:
    }
  }

  #fillObject(node: Node & { kind: 'object' }, record: StateRecord, fixture: boolean): void {
    const [className, ...keys] = this.#shape(record[1]);
    const values = record.slice(2) as Value[];
    if (className !== node.className || keys.length !== values.length)
      throw new MisfitError('an object of another class');
    const { object } = node;
    for (const key of fixture ? Object.keys(object) : []) if (!keys.includes(key)) delete object[key];
    for (const [i, key] of keys.entries()) {
      if (key === '__proto__') throw new MisfitError('a field that no object has');
      const value = this.#decode(values[i]!);
      // Constants of the machine are frozen, and equal.
      if (!Object.is(object[key], value) || !Object.hasOwn(object, key)) object[key] = value;
    }
  }

  #values(record: StateRecord): unknown[] {
    if (record[0] < 'a') {
      // A copy: the row may lie anywhere in the file, and doubles may not.
      return [...new Float64Array(new Uint8Array(this.#row(record[1])).buffer)];
    }
    return record.slice(1).map((value) => this.#decode(value as Value));
  }

  #decode(value: Value | undefined): unknown {
    if (!Array.isArray(value)) return value;
    const [first, second] = value as [number | string, string?];
    if (first === 'u') return undefined;
    if (first === 'n') return Number(second);
    const object = typeof first === 'number' ? this.#objects[first] : undefined;
    if (object === undefined) throw new MisfitError('a reference to nothing');
    return object;
  }

  #buffer(number: Value | undefined): SparseBytes {
    const buffer = this.#image.buffers[number as number];
    if (!buffer) throw new MisfitError('a buffer that is not there');
    return buffer;
  }

  #row(number: Value | undefined): Uint8Array {
    const row = this.#image.rows[number as number];
    if (!row) throw new MisfitError('a row that is not there');
    return row;
  }

  #shape(number: Value | undefined): readonly string[] {
    const shape = this.#image.shapes[number as number];
    if (!shape) throw new MisfitError('a class that is not there');
    return shape;
  }
}

const KINDS: { readonly [letter: string]: Node['kind'] | undefined } = {
  f: 'function',
  b: 'buffer',
  v: 'view',
  a: 'array',
  m: 'map',
  s: 'set',
  o: 'object',
};
