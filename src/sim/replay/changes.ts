/** A change of a numbered cell is three doubles in a log: the cell, its value before, its value after. */
export const WORDS_PER_CHANGE = 3;

export type CellSetter = (cell: number, value: number) => void;

/** Shows the cells as the changes in [from, to) of a log leave them, in order. */
export function redoChanges(log: Float64Array, from: number, to: number, set: CellSetter): void {
  for (let at = from; at < to; at += WORDS_PER_CHANGE) set(log[at]!, log[at + 2]!);
}

/** Shows the cells as they were before the changes in [from, to) of a log, last change first. */
export function undoChanges(log: Float64Array, from: number, to: number, set: CellSetter): void {
  for (let at = to - WORDS_PER_CHANGE; at >= from; at -= WORDS_PER_CHANGE) set(log[at]!, log[at + 1]!);
}
