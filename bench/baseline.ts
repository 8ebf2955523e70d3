import { readFileSync, writeFileSync } from 'node:fs';
import type { Row } from './row.ts';

const FILE = 'bench/baseline.json';
/** Changes below this are never called one, however quiet the rounds were. */
const LEAST_CHANGE = 1.15;

/** The figures of an earlier run, by name of the row. */
type Baseline = Record<string, { figure: number; spread: number }>;

/** Keeps these figures as what later runs are compared with. */
export function saveBaseline(rows: readonly Row[]): void {
  const kept: Baseline = {};
  for (const { name, figure, spread } of rows)
    kept[name] = { figure: Number(figure.toPrecision(4)), spread: Number(spread.toPrecision(3)) };
  writeFileSync(FILE, `${JSON.stringify(kept, null, 2)}\n`);
  console.log(`\nkept in ${FILE}`);
}

/** Says of each row whether it moved beyond noise since the baseline was kept. */
export function compareWithBaseline(rows: readonly Row[]): void {
  const kept = JSON.parse(readFileSync(FILE, 'utf8')) as Baseline;
  console.log('\nagainst the kept figures (noise: the spread of the rounds then and now)');
  for (const row of rows) console.log(`${row.name.padEnd(58)} ${verdict(row, kept[row.name])}`);
}

function verdict(row: Row, before: Baseline[string] | undefined): string {
  if (before === undefined) return 'new';
  const change = row.figure / before.figure;
  const noise = Math.max(LEAST_CHANGE, row.spread * before.spread);
  const percent = `${change >= 1 ? '+' : ''}${((change - 1) * 100).toFixed(0)} %`;
  if (Math.max(change, 1 / change) <= noise)
    return `within noise (${percent} of ${before.figure.toPrecision(3)})`;
  const better = row.better === 'lower' ? change < 1 : change > 1;
  return `${better ? 'better' : 'WORSE'}: ${before.figure.toPrecision(3)} -> ${row.figure.toPrecision(3)} (${percent})`;
}
