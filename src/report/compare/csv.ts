import type { Comparison } from '../../sim/compare/comparison.ts';
import { csvLines } from '../csv.ts';

/**
 * A comparison as a table for programs: a row for each point, a column for each axis and metric (units: ns, bytes,
 * cycles, counts); with seeds the mean, and the standard deviation behind it as `KEY.sd`.
 */
export function comparisonCsv({ axes, metrics, points, seeds }: Comparison): string {
  const head = [
    ...axes.map(({ name }) => name),
    ...metrics.flatMap(({ key, unit }) => {
      const name = unit === 'ns' ? `${key}.ns` : key;
      return seeds ? [name, `${name}.sd`] : [name];
    }),
  ];
  const rows = points.map(({ at, metrics: values }) => [
    ...at,
    ...metrics.flatMap(({ key }) => {
      const spread = values[key];
      const cells = seeds ? [spread?.mean, spread?.sd] : [spread?.mean];
      return cells.map((cell) => (cell === undefined ? '' : String(cell)));
    }),
  ]);
  return csvLines([head, ...rows]);
}
