import type { Comparison } from '../../sim/compare/comparison.ts';
import { bytes } from '../format.ts';
import { pointName } from './labels.ts';

const BARS = '▁▂▃▄▅▆▇█';
const STEPS = 48;
const FRAME_BYTES = 4096;

/**
 * Frames in use over the time of the run, a line for each point, all on one scale and one clock, so that what a policy
 * needs more, and when, is seen at a glance. Empty where runs do not know, or all agree.
 */
export function memoryOverTime({ axes, points }: Comparison): string {
  const curves = points.map(({ at, results }) => ({
    name: pointName(axes, at),
    // Of the first seed: curves of several do not average.
    overTime: results[0]?.memory.overTime,
    end: results[0]?.cycles.total ?? 0,
  }));
  if (curves.some(({ overTime }) => !overTime || overTime.frames.length === 0)) return '';
  const end = Math.max(...curves.map((curve) => curve.end));
  const sampled = curves.map(({ name, overTime, end: own }) => ({
    name,
    frames: Array.from({ length: STEPS }, (_, step) => {
      const cycle = (end * (step + 0.5)) / STEPS;
      if (cycle > own) return undefined;
      return overTime!.frames[Math.floor(cycle / overTime!.interval)] ?? overTime!.frames.at(-1)!;
    }),
  }));
  const known = sampled.flatMap(({ frames }) => frames.filter((value) => value !== undefined));
  const most = Math.max(...known);
  if (sampled.every(({ frames }) => frames.every((value, i) => value === sampled[0]!.frames[i]))) return '';
  const margin = Math.max(...sampled.map(({ name }) => name.length));
  return [
    `Memory in use over time (full height: ${bytes(most * FRAME_BYTES)})`,
    ...sampled.map(({ name, frames }) =>
      `${name.padEnd(margin)}  ${frames.map((value) => bar(value, most)).join('')}`.trimEnd(),
    ),
  ].join('\n');
}

function bar(value: number | undefined, most: number): string {
  if (value === undefined) return ' ';
  return BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))]!;
}
