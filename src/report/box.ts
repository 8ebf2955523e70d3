/** How the cells of a column stand. */
export type Align = 'left' | 'right';

/**
 * A table in box-drawing characters, the first row its head:
 *
 *     ┌───────┬──────┐
 *     │ level │ PTE  │
 *     ├───────┼──────┤
 *     │ L1    │ 0x67 │
 *     └───────┴──────┘
 *
 * Rows may be short. Columns stand to the left unless `align` says otherwise.
 */
export function boxed(rows: readonly (readonly string[])[], align: readonly Align[] = []): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const rule = (left: string, middle: string, right: string) =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}`;
  const line = (row: readonly string[]) =>
    `│${widths
      .map((width, i) => {
        const cell = row[i] ?? '';
        return ` ${align[i] === 'right' ? cell.padStart(width) : cell.padEnd(width)} `;
      })
      .join('│')}│`;
  const [head, ...body] = rows;
  return [
    rule('┌', '┬', '┐'),
    line(head ?? []),
    rule('├', '┼', '┤'),
    ...body.map(line),
    rule('└', '┴', '┘'),
  ].join('\n');
}
