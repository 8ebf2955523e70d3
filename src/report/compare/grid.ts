import type { Comparison } from '../../sim/compare/comparison.ts';
import { METRICS } from '../../sim/compare/metrics.ts';
import { banded, type Column } from './bands.ts';
import { heading } from './heading.ts';
import { labelColumns, variedAxes } from './labels.ts';
import { BEST, cellsOf, metricColumn } from './metric-columns.ts';

/**
 * A grid for a person, the lowest of each metric marked. Two varied axes or more: for each metric a table, whose columns
 * are the values of the last axis and whose rows are the combinations of the others. One varied axis: a row for each of
 * its values, a column for each metric. Ends with a newline.
 */
export function gridText(comparison: Comparison, metrics: readonly string[], width: number): string {
  const tables =
    variedAxes(comparison.axes).length === 1
      ? [
          banded(
            labelColumns(comparison),
            metrics.map((key) => metricColumn(comparison, key)),
            width,
          ),
        ]
      : metrics.map((key) => metricGrid(comparison, key, width));
  return `${[heading(comparison, width), ...tables, `${BEST} lowest`].join('\n\n')}\n`;
}

function metricGrid(comparison: Comparison, key: string, width: number): string {
  const { axes, points } = comparison;
  const across = variedAxes(axes).at(-1)!;
  const { values } = axes[across]!;
  const rows = points.flatMap(({ at }, point) => (at[across] === values[0] ? [point] : []));
  const { unit, cells } = cellsOf(comparison, key);
  const labels = labelColumns(comparison, rows).slice(0, -1);
  const columns = values.map(
    (value, i): Column => ({
      // Later axes have one value each, so the points of a row stand next to each other.
      head: [i === 0 ? `${axes[across]!.name} ` : '', `${value} `],
      cells: rows.map((point) => cells[point + i]!),
    }),
  );
  const { meaning } = METRICS.find((metric) => metric.key === key)!;
  return `${key}${unit && ` in ${unit}`}: ${meaning}\n${banded(labels, columns, width)}`;
}
