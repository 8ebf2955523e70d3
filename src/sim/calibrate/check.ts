import type { CheckPlan } from './check-plans.ts';
import type { HostCosts } from './host-costs.ts';
import type { Observations } from './observations.ts';
import { median } from './statistics.ts';

export interface CheckRow {
  readonly what: string;
  readonly predictedNs: number;
  readonly measuredNs: number;
  /** Spread of the measurement. */
  readonly spread: number;
  /** predicted / measured - 1 */
  readonly error: number;
  /** Whether it counts for the verdict. */
  readonly judged: boolean;
}

export interface CheckResult {
  readonly rows: readonly CheckRow[];
  readonly medianError: number;
  readonly worstError: number;
  readonly passed: boolean;
}

/** What a calibration is asked to reach on the machine it was made on. */
export const MEDIAN_BOUND = 0.15;
export const WORST_BOUND = 0.35;

/** Rows for all plans that were measured and can be predicted. */
export function checkAll(
  plans: readonly CheckPlan[],
  costs: HostCosts,
  observations: Observations,
): CheckResult {
  const rows: CheckRow[] = [];
  for (const plan of plans) {
    const predictedNs = plan.predict(costs, observations);
    if (predictedNs === undefined || !observations.has(plan.command)) continue;
    const parts = plan.series.map((series) => observations.summary(plan.command, series));
    const measuredNs = parts.reduce((sum, part) => sum + part.value, 0);
    rows.push({
      what: plan.what,
      predictedNs,
      measuredNs,
      spread: Math.max(...parts.map(({ spread }) => spread)),
      error: predictedNs / measuredNs - 1,
      judged: plan.judged,
    });
  }
  return judge(rows);
}

/** Median and worst of the errors' sizes against the bounds; no rows never pass. */
export function judge(rows: readonly CheckRow[]): CheckResult {
  const errors = rows.filter(({ judged }) => judged).map(({ error }) => Math.abs(error));
  const medianError = errors.length > 0 ? median(errors) : Number.NaN;
  const worstError = errors.length > 0 ? Math.max(...errors) : Number.NaN;
  return {
    rows,
    medianError,
    worstError,
    passed: medianError <= MEDIAN_BOUND && worstError <= WORST_BOUND,
  };
}
