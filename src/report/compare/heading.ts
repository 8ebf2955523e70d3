import type { Comparison } from '../../sim/compare/comparison.ts';
import { thousands } from '../format.ts';
import { wrapLines } from '../wrap.ts';
import { variedAxes } from './labels.ts';

const MARGIN = 9;

/** What was run, what was the same at all points and what was varied. */
export function heading({ axes, points, seeds }: Comparison, width: number): string {
  const { trace, machine, kernel } = points[0]!.results[0]!;
  const varied = variedAxes(axes).map((axis) => axes[axis]!.name);
  const fixed = axes.flatMap(({ name, values }) =>
    values.length === 1 && name !== 'machine' && name !== 'kernel' ? [`${name}=${values[0]}`] : [],
  );
  const kernels = varied.includes('kernel') ? [] : [`kernel ${kernel.name}`];
  const machines = varied.includes('machine') ? [] : [`${machine.name} at ${machine.core.frequencyGHz} GHz`];
  const lines = [
    [
      'trace',
      `${trace.path === '-' ? 'standard input' : trace.path} (${trace.format}), ${thousands(trace.accesses)} accesses`,
    ],
    ...(seeds ? [['seeds', `${seeds.join(', ')}: mean ± standard deviation`]] : []),
    ['at all', [...machines, ...kernels, ...fixed].join(', ')],
    ['varied', `${varied.join(', ')}: ${points.length} points`],
  ] as const;
  return lines
    .map(([name, text]) => {
      const wrapped = wrapLines(text, Math.max(30, width - MARGIN));
      return `${name.padEnd(MARGIN)}${wrapped.join(`\n${' '.repeat(MARGIN)}`)}`;
    })
    .join('\n');
}
