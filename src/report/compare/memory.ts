import type { Comparison } from '../../sim/compare/comparison.ts';
import type { RunResult } from '../../sim/result.ts';
import { bytes } from '../format.ts';
import { pointName } from './labels.ts';

const BARS = '▁▂▃▄▅▆▇█';
const STEPS = 48;
const FRAME_BYTES = 4096;

/**
 * What each point takes over the time of the run beyond the frames in use at its first fork: a line each, all on one
 * scale and one clock, so that what a policy needs more, and when, is seen at a glance. Of the first seed, as curves of
 * several do not average. Empty where a point never forked, or none differs.
 */
export function extraMemoryOverTime({ axes, points }: Comparison): string {
  const runs = points.map(({ results }) => results[0]!);
  const end = Math.max(...runs.map(endOf));
  const curves = runs.map((run) => curveOf(run, end));
  if (curves.some((curve) => curve.length === 0)) return '';
  const most = Math.max(...curves.flat().filter((value) => value !== undefined));
  if (curves.every((curve) => curve.every((value, i) => value === curves[0]![i]))) return '';
  const names = points.map(({ at }) => pointName(axes, at));
  const margin = Math.max(...names.map(({ length }) => length));
  return [
    `Extra memory over time, beyond that in use at the first fork (full height: ${bytes(most * FRAME_BYTES)})`,
    ...curves.map((curve, point) =>
      `${names[point]!.padEnd(margin)}  ${curve.map((value) => bar(value, most)).join('')}`.trimEnd(),
    ),
  ].join('\n');
}

/** In ns: machines may differ in frequency. */
function endOf({ cycles, machine }: RunResult): number {
  return cycles.total / machine.core.frequencyGHz;
}

/** Extra frames at even steps up to `end`; undefined where the run is over, empty where it never forked. */
function curveOf(run: RunResult, end: number): (number | undefined)[] {
  const { framesAtFork, overTime } = run.memory;
  if (framesAtFork === undefined || !overTime) return [];
  return Array.from({ length: STEPS }, (_, step) => {
    const time = (end * (step + 0.5)) / STEPS;
    if (time > endOf(run)) return undefined;
    const interval = Math.floor((time * run.machine.core.frequencyGHz) / overTime.interval);
    const frames = overTime.frames[interval] ?? overTime.frames.at(-1) ?? 0;
    return Math.max(0, frames - framesAtFork);
  });
}

/** A dot for nothing, a blank for a run that is over. */
function bar(value: number | undefined, most: number): string {
  if (value === undefined) return ' ';
  if (value === 0) return '.';
  return BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))]!;
}
