import type { PartCosts } from './parts.ts';

/**
 * Prices measured at one clock as cycles of another: the time of a part is kept, its cycles are rounded to whole ones
 * (so that every sum in the ledger is exact).
 * @param factor the clock to charge in over the clock of the prices, both in GHz
 */
export function scaleCosts(costs: PartCosts, factor: number): PartCosts {
  const scaled = Object.entries(costs).map(([part, cycles]) => [part, Math.round(cycles * factor)]);
  return Object.fromEntries(scaled) as PartCosts;
}
