import type { SparseBytes } from './sparse.ts';

/**
 * The state of an object graph as plain data. Objects are numbered; the first `fixtures` of them are those that
 * construction makes, which resuming finds made already and only fills.
 */
export interface Image {
  readonly fixtures: number;
  /** Class name, then field names; many objects share one. */
  readonly shapes: readonly (readonly string[])[];
  /** By number; null for a fixture that nothing refers to any more. */
  readonly records: readonly (StateRecord | null)[];
  /** Bytes of buffers, in the order in which records name them. */
  readonly buffers: readonly SparseBytes[];
  /** Long rows of numbers, as doubles. */
  readonly rows: readonly Uint8Array[];
}

/**
 * One object:
 *   ['f']                              a function: a fixture
 *   ['b', buffer]                      an ArrayBuffer
 *   ['v', class, buffer, at, length]   a view; `buffer` is an object number
 *   ['a' | 'm' | 's', ...values]       an array; a map, keys and values in turn; a set
 *   ['A' | 'M' | 'S', row]             the same with nothing but numbers in it
 *   ['o', shape, ...values]            an object
 */
export type StateRecord = readonly [string, ...Value[]];

/**
 * A number, string, boolean or null stands for itself, but for numbers that JSON has no word for:
 *   [number]         a reference
 *   ['u']            undefined
 *   ['n', 'NaN']     -0, NaN and the infinities
 */
export type Value = number | string | boolean | null | readonly [number] | readonly [string, string?];
