import type { RunResult } from '../sim/result.ts';

/**
 * A result as `key,value` lines: the paths of the JSON joined by dots, leaves only, the machine left out (it is in
 * the JSON). RFC 4180 quoting.
 */
export function csvReport(result: RunResult): string {
  const { machine, ...rest } = result;
  const lines = [['key', 'value'], ...leaves({ ...rest, machine: machine.name }, '')];
  return csvLines(lines);
}

/** Rows of cells as CSV text. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return `${rows.map((cells) => cells.map(quoted).join(',')).join('\n')}\n`;
}

function leaves(value: unknown, path: string): string[][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
