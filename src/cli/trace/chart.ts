const BAR = 40;

export interface Bar {
  readonly label: string;
  readonly value: number;
}

/** A horizontal bar for each value, with its share of the sum. */
export function bars(rows: readonly Bar[]): string[] {
  const sum = rows.reduce((total, { value }) => total + value, 0);
  const largest = Math.max(...rows.map(({ value }) => value), 1);
  const labels = Math.max(...rows.map(({ label }) => label.length));
  return rows.map(({ label, value }) => {
    const bar = '█'.repeat(Math.round((value / largest) * BAR));
    const share = sum === 0 ? 0 : (100 * value) / sum;
    return `  ${label.padStart(labels)} ${share.toFixed(1).padStart(5)} % ${bar}`.trimEnd();
  });
}

/** A number with separators. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
