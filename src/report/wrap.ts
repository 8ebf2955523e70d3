/** Words of a text in lines of at most `width` characters; a longer word stands alone. */
export function wrapLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/**
 * Columns of text, each cell wrapped within its column: the columns keep their natural width where all fit into
 * `width`, otherwise the widest give way. The first row is the head. `width` may be infinite: then one line a row.
 */
export function wrappedColumns(rows: readonly (readonly string[])[], width: number, gap = 2): string {
  const widths = fittedWidths(rows, width - gap * ((rows[0]?.length ?? 1) - 1));
  const lines = rows.flatMap((row) => {
    const cells = row.map((cell, i) => wrapLines(cell, widths[i]!));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((cell, i) => (cell[line] ?? '').padEnd(widths[i]!))
        .join(' '.repeat(gap))
        .trimEnd(),
    );
  });
  return lines.join('\n');
}

/** Natural widths; while they are too wide in sum, the widest column is narrowed to its next rival, or until all fit. */
function fittedWidths(rows: readonly (readonly string[])[], room: number): number[] {
  const widths: number[] = [];
  const words: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
      words[i] = Math.max(words[i] ?? 0, ...cell.split(/\s+/).map(({ length }) => length));
    }
  for (let over = sum(widths) - room; over > 0; over--) {
    const shrinkable = widths.map((width, i) => (width > words[i]! ? width : 0));
    const widest = Math.max(...shrinkable);
    if (widest === 0) break;
    widths[shrinkable.indexOf(widest)]!--;
  }
  return widths;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
