/** One line of the table of `npm run bench -- --reference`. */
export interface Row {
  readonly name: string;
  /** What was measured here, with its unit. */
  readonly ours: string;
  /** What the C program (or the bare runtime) took for the same, with its unit. */
  readonly reference: string;
  /** What the goal bounds, and what a baseline keeps: a ratio to the reference where there is one. */
  readonly figure: number;
  readonly goal: number;
  readonly better: 'lower' | 'higher';
  /** Second smallest over smallest of the rounds, 1 or more: how far noise alone moves the smallest. */
  readonly spread: number;
}

export function reached({ figure, goal, better }: Row): boolean {
  return better === 'lower' ? figure <= goal : figure >= goal;
}

/** The smallest of the rounds, and how far off the next one is: the first ones are cold. */
export function best(rounds: readonly number[]): { least: number; spread: number } {
  const [least = Number.NaN, second = least] = [...rounds].sort((a, b) => a - b);
  return { least, spread: second / least };
}

export function printRows(rows: readonly Row[]): void {
  console.log(
    `${'what'.padEnd(58)} ${'ours'.padStart(16)} ${'reference'.padStart(16)} ${'figure'.padStart(7)} ${'goal'.padStart(7)}`,
  );
  for (const row of rows) {
    const goal = `${row.better === 'lower' ? '<=' : '>='} ${row.goal}`;
    const mark = reached(row) ? 'yes' : 'NO';
    const figures = [row.ours.padStart(16), row.reference.padStart(16), row.figure.toFixed(2).padStart(7)];
    console.log(`${row.name.padEnd(58)} ${figures.join(' ')} ${goal.padStart(7)} ${mark}`);
  }
}
