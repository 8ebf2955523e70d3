import type { RunResult } from '../result.ts';
import { type Comparison, comparisonOf } from './comparison.ts';
import { type Axis, combinationsOf } from './grid.ts';
import { type NamedTrace, shareTrace } from './origin.ts';
import { type PointBase, pointsOf } from './plan.ts';
import { runPoints } from './run-points.ts';
import { setsInCommon } from './sets-in-common.ts';

export interface CompareRequest extends PointBase {
  readonly trace: NamedTrace;
  /** Of a made trace: it is made and run once for each. */
  readonly seeds?: readonly number[];
  /** What to vary; `machine` is among them. */
  readonly axes: readonly Axis[];
  /** Runs at the same time. */
  readonly jobs: number;
  /** Of the package. */
  readonly version: string;
  /** Runs done and runs in all. */
  readonly onProgress?: (done: number, all: number) => void;
  /** As of run-points.ts. */
  readonly script?: URL;
}

/**
 * Runs one trace at every combination of what is varied, and puts the results side by side. The same request gives the
 * same comparison whatever the number of jobs.
 * @throws InputError for what cannot be loaded, a broken trace, or a point that fails
 */
export async function compare(request: CompareRequest): Promise<Comparison> {
  const { axes, jobs, version, seeds, onProgress, script, warmup, limit } = request;
  const combinations = combinationsOf(axes);
  const points = await pointsOf(axes, combinations, { warmup, ...(limit !== undefined && { limit }) });
  const sets = setsInCommon(points.map(({ machine }) => machine));
  const traces = tracesOf(request);
  const runs: RunResult[][] = points.map(() => []);
  for (const [repetition, named] of traces.entries()) {
    const origin = await shareTrace(named, sets);
    const results = await runPoints(
      { origin, points, version },
      {
        jobs,
        ...(script && { script }),
        nameOf: (point) => axes.map(({ name }, axis) => `${name}=${combinations[point]![axis]}`).join(' '),
        onDone: (done) => onProgress?.(repetition * points.length + done, traces.length * points.length),
      },
    );
    for (const [point, result] of results.entries()) runs[point]!.push(result);
  }
  return comparisonOf(version, axes, combinations, runs, seeds);
}

/** The trace for each seed. */
function tracesOf({ trace, seeds }: CompareRequest): NamedTrace[] {
  if (trace.kind === 'file' || !seeds) return [trace];
  return seeds.map((seed) => ({ kind: 'made', recipe: { ...trace.recipe, seed } }));
}
