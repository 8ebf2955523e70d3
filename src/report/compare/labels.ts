import type { Comparison } from '../../sim/compare/comparison.ts';
import type { Axis, Combination } from '../../sim/compare/grid.ts';
import type { Column } from './bands.ts';

/** Axes that have more than one value: what tells points apart. */
export function variedAxes(axes: readonly Axis[]): number[] {
  return axes.flatMap(({ values }, i) => (values.length > 1 ? [i] : []));
}

/** A column for each varied axis. */
export function labelColumns({ axes, points }: Comparison, rows = points.map((_, i) => i)): Column[] {
  return variedAxes(axes).map((axis) => ({
    head: ['', axes[axis]!.name],
    cells: rows.map((point) => points[point]!.at[axis]!),
  }));
}

/** A point in few words: `on-demand-fork`, `zen3 ways=8`. */
export function pointName(axes: readonly Axis[], at: Combination): string {
  return wordsOf(axes, at).join(' ');
}

/** The same as the head of a column: what runs fastest below the rest. */
export function pointHead(axes: readonly Axis[], at: Combination): [string, string] {
  const words = wordsOf(axes, at);
  return [words.slice(0, -1).join(' '), words.at(-1)!];
}

function wordsOf(axes: readonly Axis[], at: Combination): string[] {
  return variedAxes(axes).map((axis) => {
    const { name } = axes[axis]!;
    return name.includes('.') ? `${name.replace(/^.*\./, '')}=${at[axis]}` : at[axis]!;
  });
}
