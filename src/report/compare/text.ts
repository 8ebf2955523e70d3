import type { Comparison } from '../../sim/compare/comparison.ts';
import { wrapLines } from '../wrap.ts';
import { banded } from './bands.ts';
import { heading } from './heading.ts';
import { labelColumns } from './labels.ts';
import { ledgerDifferences } from './ledger.ts';
import { extraMemoryOverTime } from './memory.ts';
import { BEST, BEST_IN_THE_MEAN, equalMetrics, metricColumns } from './metric-columns.ts';

export interface CompareTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Ledger lines shown at most. */
  readonly lines: number;
}

/** A comparison for a person: one row a point, the best of each column marked, then why. Ends with a newline. */
export function comparisonText(comparison: Comparison, options: CompareTextOptions): string {
  const { width, lines } = options;
  const sections = [
    heading(comparison, width),
    metricTable(comparison, width),
    extraMemoryOverTime(comparison),
    ledgerDifferences(comparison, lines, width),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function metricTable(comparison: Comparison, width: number): string {
  const columns = metricColumns(comparison);
  const equal = equalMetrics(comparison);
  const marks = comparison.metrics.filter(({ best }) => best.length > 0);
  const notes = [
    ...(marks.some(({ clear }) => clear) ? [`${BEST} lowest of its column`] : []),
    ...(marks.some(({ clear }) => !clear)
      ? [`${BEST_IN_THE_MEAN} lowest mean, but not under every seed`]
      : []),
    ...(equal.length > 0 ? [`the same at all points: ${equal.join(', ')}`] : []),
  ];
  const legend = notes.flatMap((note) => wrapLines(note, width)).join('\n');
  if (columns.length === 0) return `The points do not differ.\n${legend}`;
  return `${banded(labelColumns(comparison), columns, width)}\n\n${legend}`;
}
