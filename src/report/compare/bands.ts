/** A column of a table: two lines of head, a cell for each row. */
export interface Column {
  readonly head: readonly [string, string];
  readonly cells: readonly string[];
}

const GAP = '  ';

/**
 * A table that fits into `width`: columns that do not fit stand below in a band of their own, the labels again in
 * front. Labels stand to the left, the other columns to the right.
 */
export function banded(labels: readonly Column[], columns: readonly Column[], width: number): string {
  const labelled = labels.map((column) => padded(column, 'left'));
  const margin = labelled.reduce((sum, lines) => sum + lines[0]!.length + GAP.length, 0);
  const bands: string[][][] = [];
  let room = 0;
  for (const column of columns) {
    const lines = padded(column, 'right');
    const needed = lines[0]!.length + GAP.length;
    if (bands.length === 0 || needed > room) {
      bands.push([]);
      room = width - margin + GAP.length;
    }
    bands.at(-1)!.push(lines);
    room -= needed;
  }
  return bands.map((band) => joined([...labelled, ...band])).join('\n\n');
}

/** Head and cells of a column as lines of one length. */
function padded({ head, cells }: Column, side: 'left' | 'right'): string[] {
  const texts = [...head, ...cells];
  const width = Math.max(...texts.map(({ length }) => length));
  return texts.map((text) => (side === 'left' ? text.padEnd(width) : text.padStart(width)));
}

function joined(columns: readonly (readonly string[])[]): string {
  const lines = columns[0]!.map((_, line) =>
    columns
      .map((column) => column[line]!)
      .join(GAP)
      .trimEnd(),
  );
  return lines.filter((line) => line !== '').join('\n');
}
