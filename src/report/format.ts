/** Numbers as people read them: 1,234,567. */
export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A share of a whole as `12.3 %`; empty when there is no whole. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '' : `${((part * 100) / whole).toFixed(1)} %`;
}

/** A quotient with `digits` decimals, `-` when nothing was divided by. */
export function ratio(part: number, whole: number, digits = 2): string {
  return whole === 0 ? '-' : (part / whole).toFixed(digits);
}

/** Bytes with a binary unit, for memory sizes. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let scaled = value;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${Number.isInteger(scaled) ? scaled : scaled.toFixed(1)} ${units[unit]}`;
}

/** Columns aligned with spaces: the first to the left, the others to the right. Rows may be short. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) => {
      const cells = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)));
      return `${indent}${cells.join('  ')}`.trimEnd();
    })
    .join('\n');
}
