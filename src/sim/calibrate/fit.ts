/**
 * The least-squares solution x >= 0 of rows·x = y, where a row counts by its relative error: 10 % of a microsecond
 * weighs as much as 10 % of a second. Terms that would come out negative are left out one by one, the most negative
 * first: a cost is never a gain.
 *
 * @param rows one per observation, one coefficient per term; every y > 0
 */
export function fitCosts(rows: readonly (readonly number[])[], y: readonly number[]): number[] {
  const terms = rows[0]?.length ?? 0;
  const kept = Array.from({ length: terms }, (_, i) => i).filter((i) => rows.some((row) => row[i] !== 0));
  for (;;) {
    const solution = solveRelative(rows, y, kept);
    const worst = solution.reduce((least, value, i) => (value < solution[least]! ? i : least), 0);
    if (kept.length === 0 || solution[worst]! >= 0) {
      const x = new Array<number>(terms).fill(0);
      for (const [i, term] of kept.entries()) x[term] = solution[i]!;
      return x;
    }
    kept.splice(worst, 1);
  }
}

/** Relative errors (prediction / y - 1) of a solution, in the order of the rows. */
export function relativeErrors(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  x: readonly number[],
): number[] {
  return rows.map((row, i) => row.reduce((sum, value, term) => sum + value * x[term]!, 0) / y[i]! - 1);
}

/** Normal equations of the rows divided by y, over the kept terms; Gaussian elimination with pivoting. */
function solveRelative(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  kept: readonly number[],
): number[] {
  const scaled = rows.map((row, i) => kept.map((term) => row[term]! / y[i]!));
  const system = kept.map((_, i) => [
    ...kept.map((_, j) => scaled.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    scaled.reduce((sum, row) => sum + row[i]!, 0),
  ]);
  return eliminate(system);
}

function eliminate(system: number[][]): number[] {
  const size = system.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(system[row]![column]!) > Math.abs(system[pivot]![column]!)) pivot = row;
    [system[column], system[pivot]] = [system[pivot]!, system[column]!];
    const head = system[column]!;
    if (head[column] === 0) continue;
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = system[row]![column]! / head[column]!;
      for (let i = column; i <= size; i++) system[row]![i]! -= factor * head[i]!;
    }
  }
  return system.map((row, i) => (row[i] === 0 ? 0 : row[size]! / row[i]!));
}
