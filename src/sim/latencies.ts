import type { Cycle } from '../core/addr.ts';
import type { LatencyCounts } from './result.ts';

/** Latencies of one kind of event, kept exactly: what kernel work costs takes few different values. */
export class Latencies {
  private readonly counts = new Map<number, number>();

  add(cycles: Cycle): void {
    const whole = Math.round(cycles);
    this.counts.set(whole, (this.counts.get(whole) ?? 0) + 1);
  }

  clear(): void {
    this.counts.clear();
  }

  /** Count, sum, extremes and percentiles (nearest rank) in cycles, and a histogram by powers of two. */
  summary(): LatencyCounts {
    const sorted = [...this.counts].sort(([a], [b]) => a - b);
    const count = sorted.reduce((sum, [, times]) => sum + times, 0);
    const histogram: Record<string, number> = {};
    let total = 0;
    for (const [cycles, times] of sorted) {
      total += cycles * times;
      const bucket = cycles === 0 ? '0' : String(2 ** Math.floor(Math.log2(cycles)));
      histogram[bucket] = (histogram[bucket] ?? 0) + times;
    }
    return {
      count,
      total,
      min: sorted[0]?.[0] ?? 0,
      p50: percentile(sorted, count, 0.5),
      p90: percentile(sorted, count, 0.9),
      p99: percentile(sorted, count, 0.99),
      max: sorted.at(-1)?.[0] ?? 0,
      histogram,
    };
  }
}

function percentile(sorted: readonly [number, number][], count: number, share: number): number {
  let left = Math.ceil(count * share);
  for (const [cycles, times] of sorted) {
    left -= times;
    if (left <= 0) return cycles;
  }
  return 0;
}
