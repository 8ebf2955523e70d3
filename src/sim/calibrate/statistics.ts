/**
 * Statistics for times on a machine that others use too: what disturbs a measurement makes it longer, never shorter,
 * so the lower quartile says more about the thing measured than the mean does.
 */
export interface Summary {
  /** The lower quartile: what the figure is taken to be. */
  readonly value: number;
  readonly median: number;
  readonly min: number;
  /** Median absolute deviation from the median, as a share of the median. */
  readonly spread: number;
  readonly count: number;
}

/** @throws RangeError for no values: whoever measured nothing has nothing to sum up */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const deviations = sorted.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
  return {
    value: quantile(sorted, 0.25),
    median,
    min: sorted[0]!,
    spread: median === 0 ? 0 : quantile(deviations, 0.5) / Math.abs(median),
    count: sorted.length,
  };
}

/** The q-quantile (0..1) of ascending values, linear between the two nearest (R's type 7). */
export function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
