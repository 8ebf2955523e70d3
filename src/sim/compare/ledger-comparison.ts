import type { RunResult } from '../result.ts';

/**
 * The ledgers of all points, line by line, summed over the seeds. The difference of any two points is the sum of the
 * differences of their lines: `sums` and `totals` are equal, and `unexplained` says by how much they are not.
 */
export interface LedgerComparison {
  /** Lines that differ between any two points, the widest difference first; then those that are equal. */
  readonly lines: readonly LedgerLine[];
  /** Of all lines, by point. */
  readonly sums: readonly number[];
  /** Cycles of the runs, as their clocks counted them. */
  readonly totals: readonly number[];
  /** Cycles of the difference of any two totals that the lines do not account for, at most: 0. */
  readonly unexplained: number;
}

export interface LedgerLine {
  readonly cause: string;
  /** By point; 0 where a run has no such line. */
  readonly cycles: readonly number[];
  /** The most less the least. */
  readonly spread: number;
}

/** @param runs for each point the results, one for each seed */
export function ledgerComparison(runs: readonly (readonly RunResult[])[]): LedgerComparison {
  const ledgers = runs.map((results) => summed(results.map(({ cycles }) => cycles.ledger)));
  const causes = [...new Set(ledgers.flatMap((ledger) => [...ledger.keys()]))];
  const lines = causes
    .map((cause) => {
      const cycles = ledgers.map((ledger) => ledger.get(cause) ?? 0);
      return { cause, cycles, spread: Math.max(...cycles) - Math.min(...cycles) };
    })
    .sort((a, b) => b.spread - a.spread || (a.cause < b.cause ? -1 : 1));
  const sums = ledgers.map((ledger) => [...ledger.values()].reduce((sum, cycles) => sum + cycles, 0));
  const totals = runs.map((results) => results.reduce((sum, { cycles }) => sum + cycles.total, 0));
  return { lines, sums, totals, unexplained: unexplained(sums, totals) };
}

function summed(ledgers: readonly Readonly<Record<string, number>>[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const ledger of ledgers)
    for (const [cause, cycles] of Object.entries(ledger)) sums.set(cause, (sums.get(cause) ?? 0) + cycles);
  return sums;
}

/** What is left over of a pair is the difference of what is left over of each. */
function unexplained(sums: readonly number[], totals: readonly number[]): number {
  const rests = totals.map((total, point) => total - sums[point]!);
  return Math.max(...rests) - Math.min(...rests);
}
