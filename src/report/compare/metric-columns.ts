import type { ComparedMetric, Comparison } from '../../sim/compare/comparison.ts';
import { METRICS } from '../../sim/compare/metrics.ts';
import type { Column } from './bands.ts';
import { scaleFor } from './units.ts';

/** Behind the lowest of a column: under every seed, or in the mean only. */
export const BEST = '*';
export const BEST_IN_THE_MEAN = '~';

/** Metrics whose points differ, as columns, the best of each marked. */
export function metricColumns(comparison: Comparison): Column[] {
  return told(comparison)
    .filter((metric) => metric.best.length > 0)
    .map(({ key }) => metricColumn(comparison, key));
}

/** Metrics that are equal at all points and not zero, in words. */
export function equalMetrics(comparison: Comparison): string[] {
  return told(comparison).flatMap(({ key, unit, best }) => {
    const value = comparison.points[0]?.metrics[key]?.mean;
    if (best.length > 0 || !value) return [];
    const { name, write } = scaleFor(unit, value);
    return [[...headOf(comparison, key), write(value), name].filter(Boolean).join(' ')];
  });
}

/** All metrics; where each point forked once, or always alike, one latency of fork says it all. */
function told(comparison: Comparison): readonly ComparedMetric[] {
  const { metrics } = comparison;
  return forksAlike(comparison)
    ? metrics.filter(({ key }) => key !== 'fork.p50' && key !== 'fork.p99')
    : metrics;
}

function forksAlike({ points }: Comparison): boolean {
  return points.every(({ metrics }) => metrics['fork.p50']?.mean === metrics['fork.max']?.mean);
}

/** One metric as a column. */
export function metricColumn(comparison: Comparison, key: string): Column {
  const { unit, cells } = cellsOf(comparison, key);
  const [top, bottom] = headOf(comparison, key);
  return { head: [`${top} `, `${[bottom, unit].filter(Boolean).join(' ')} `], cells };
}

function headOf(comparison: Comparison, key: string): readonly [string, string] {
  if (key === 'fork.max' && forksAlike(comparison)) return ['fork', ''];
  return METRICS.find((metric) => metric.key === key)!.head;
}

/** The values of a metric at each point, all in one unit, with a mark (or a blank) behind each. */
export function cellsOf(
  { metrics, points, seeds }: Comparison,
  key: string,
): { unit: string; cells: string[] } {
  const { unit, best, clear } = metrics.find((metric) => metric.key === key)!;
  const spreads = points.map(({ metrics: values }) => values[key]);
  const { name, write } = scaleFor(unit, Math.max(...spreads.map((spread) => spread?.mean ?? 0)));
  const cells = spreads.map((spread, point) => {
    if (!spread) return '- ';
    const value = seeds ? `${write(spread.mean)} ±${write(spread.sd)}` : write(spread.mean);
    return `${value}${best.includes(point) ? (clear ? BEST : BEST_IN_THE_MEAN) : ' '}`;
  });
  return { unit: name, cells };
}
