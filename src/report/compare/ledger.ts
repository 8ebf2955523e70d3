import type { Comparison } from '../../sim/compare/comparison.ts';
import type { LedgerLine } from '../../sim/compare/ledger-comparison.ts';
import { thousands } from '../format.ts';
import { banded, type Column } from './bands.ts';
import { pointHead, pointName } from './labels.ts';

/** With more points than this, the first is set against the fastest and the slowest alone. */
const MOST_POINTS = 8;

/**
 * Where the cycles of the points differ: the lines that differ most, as cycles of the first point and differences of
 * the others to it; the rest in one line; and the proof that the lines sum to the totals.
 */
export function ledgerDifferences(comparison: Comparison, most: number, width: number): string {
  const { lines, sums, totals, unexplained } = comparison.ledger;
  const others = pointsShown(totals);
  const ranked = byDifference(lines, [0, ...others]);
  const differing = ranked.filter(({ spread }) => spread > 0);
  if (differing.length === 0) return 'No line of the ledger differs.';
  const shown = differing.slice(0, most);
  const rest = ranked.slice(shown.length);
  const rows: [string, readonly number[]][] = [
    ...shown.map(({ cause, cycles }): [string, readonly number[]] => [cause, cycles]),
    [
      `${rest.length} other lines`,
      totals.map((_, point) => rest.reduce((sum, { cycles }) => sum + cycles[point]!, 0)),
    ],
    ['sum of all lines', sums],
    ['total cycles', totals],
  ];
  const columns: Column[] = [0, ...others].map((point) => ({
    head: pointHead(comparison.axes, comparison.points[point]!.at),
    cells: [
      ...rows.map(([, values]) =>
        point === 0 ? thousands(values[0]!) : signed(values[point]! - values[0]!),
      ),
      point === 0 ? '' : explained(sums[point]! - sums[0]!, totals[point]! - totals[0]!),
    ],
  }));
  const labels = [
    { head: ['', 'ledger line'], cells: [...rows.map(([name]) => name), 'explained'] } as const,
  ];
  const first = pointName(comparison.axes, comparison.points[0]!.at);
  return [
    `Where the cycles differ: ${first}, and the others against it${comparison.seeds ? ', all seeds together' : ''}`,
    banded(labels, columns, width),
    unexplained === 0
      ? 'The lines account for every cycle of the difference of any two points.'
      : `The lines leave up to ${thousands(unexplained)} cycles of a difference unexplained.`,
  ].join('\n');
}

function pointsShown(totals: readonly number[]): number[] {
  const others = totals.map((_, point) => point).slice(1);
  if (totals.length <= MOST_POINTS) return others;
  const ranked = others.sort((a, b) => totals[a]! - totals[b]!);
  return [ranked[0]!, ranked.at(-1)!];
}

/** The lines by how far they are apart at the points shown. */
function byDifference(lines: readonly LedgerLine[], points: readonly number[]): LedgerLine[] {
  return lines
    .map(({ cause, cycles }) => {
      const shown = points.map((point) => cycles[point]!);
      return { cause, cycles, spread: Math.max(...shown) - Math.min(...shown) };
    })
    .sort((a, b) => b.spread - a.spread);
}

function signed(difference: number): string {
  return difference > 0 ? `+${thousands(difference)}` : thousands(difference);
}

/** The share of a difference of totals that the lines make up. */
function explained(lines: number, total: number): string {
  if (lines === total) return '100 %';
  return total === 0 ? '-' : `${((100 * lines) / total).toFixed(3)} %`;
}
