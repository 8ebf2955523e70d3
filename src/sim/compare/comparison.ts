import type { RunResult } from '../result.ts';
import type { Axis, Combination } from './grid.ts';
import { type LedgerComparison, ledgerComparison } from './ledger-comparison.ts';
import { METRICS, type Unit } from './metrics.ts';

/** Version of the shape: the second number grows with new keys, the first when a key changes its meaning. */
export const COMPARISON_VERSION = '1.0';

/** What `pagewalk compare --json` writes (docs/comparing.md). It does not depend on the number of workers. */
export interface Comparison {
  readonly pagewalk: { readonly version: string; readonly comparison: typeof COMPARISON_VERSION };
  /** What is varied; each point has one value of each. */
  readonly axes: readonly Axis[];
  /** Seeds of the trace, one run each; absent for a trace that is what it is. */
  readonly seeds?: readonly number[];
  readonly metrics: readonly ComparedMetric[];
  readonly points: readonly ComparedPoint[];
  readonly ledger: LedgerComparison;
}

export interface ComparedMetric {
  readonly key: string;
  readonly unit: Unit;
  readonly meaning: string;
  /** Points with the lowest mean; empty where all are equal or unknown. */
  readonly best: readonly number[];
  /** The best are lowest under every single seed. */
  readonly clear: boolean;
}

export interface ComparedPoint {
  /** A value for each axis. */
  readonly at: Combination;
  /** By key of the metric: over the seeds, or the one value. Metrics that the run does not know are absent. */
  readonly metrics: Readonly<Record<string, Spread>>;
  /** What `pagewalk run --json` says of this point, one for each seed. */
  readonly results: readonly RunResult[];
}

/** Of n values: `sd` is the sample standard deviation, 0 for one value. */
export interface Spread {
  readonly mean: number;
  readonly sd: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Puts results side by side.
 * @param runs for each point the results, in the order of the seeds
 */
export function comparisonOf(
  version: string,
  axes: readonly Axis[],
  combinations: readonly Combination[],
  runs: readonly (readonly RunResult[])[],
  seeds?: readonly number[],
): Comparison {
  const values = new Map(METRICS.map(({ key, of }) => [key, runs.map((results) => results.map(of))]));
  return {
    pagewalk: { version, comparison: COMPARISON_VERSION },
    axes,
    ...(seeds && { seeds }),
    metrics: METRICS.map(({ key, unit, meaning }) => ({ key, unit, meaning, ...winners(values.get(key)!) })),
    points: combinations.map((at, point) => ({
      at,
      metrics: Object.fromEntries(
        METRICS.flatMap(({ key }) => {
          const spread = spreadOf(values.get(key)![point]!);
          return spread ? [[key, spread]] : [];
        }),
      ),
      results: runs[point]!,
    })),
    ledger: ledgerComparison(runs),
  };
}

type Values = readonly (number | undefined)[];

function spreadOf(values: Values): Spread | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length < values.length || known.length === 0) return undefined;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    sd: known.length < 2 ? 0 : Math.sqrt(squares / (known.length - 1)),
    min: Math.min(...known),
    max: Math.max(...known),
  };
}

/** Who has the lowest mean, and whether each seed says so too. */
function winners(points: readonly Values[]): Pick<ComparedMetric, 'best' | 'clear'> {
  const means = points.map((values) => spreadOf(values)?.mean);
  const best = lowest(means);
  const seeds = points[0]?.map((_, seed) => lowest(points.map((values) => values[seed]))) ?? [];
  return {
    best,
    clear: best.length > 0 && seeds.every((ofSeed) => best.some((point) => ofSeed.includes(point))),
  };
}

/** Indexes of the lowest value; none where all known values are equal. */
function lowest(values: Values): number[] {
  const known = values.filter((value) => value !== undefined);
  const least = Math.min(...known);
  if (known.every((value) => value === least)) return [];
  return values.flatMap((value, i) => (value === least ? [i] : []));
}
