import { fitCosts, relativeErrors } from './fit.ts';

/**
 * What a phase of work over n pages costs, in ns: `fixed` once, `hot` a page, and `cold` a page more as far as the
 * caches no longer hold what the phase touches.
 *
 *   T(n) = fixed + n · (hot + coldShare(n · bytesPerPage, capacity of level) · cold)
 */
export interface PhaseCost {
  readonly fixed: number;
  readonly hot: number;
  readonly cold: number;
  /** Bytes of memory and of kernel metadata (struct page, PTEs) that one page of the phase brings through the caches. */
  readonly bytesPerPage: number;
  /** Beyond this cache it is cold. */
  readonly level: CacheLevel;
}

/** A phase measured at one size: n pages took ns. */
export interface PhasePoint {
  readonly pages: number;
  readonly ns: number;
  /** Share of the pages that could miss at all; 1 when nothing is said. */
  readonly exposed?: number;
}

/**
 * The share of a working set that the caches do not hold when it is gone through again and again: none up to the
 * cache's capacity, beyond it what exceeds the capacity (some of a larger set survives each pass, because replacement is
 * not strict LRU and the sets fill unevenly).
 */
export function coldShare(bytes: number, cacheBytes: number): number {
  return bytes <= cacheBytes ? 0 : 1 - cacheBytes / bytes;
}

export function phaseNs(phase: PhaseCost, pages: number, caches: Caches, exposed = 1): number {
  return phase.fixed + pages * perPageNs(phase, pages, caches, exposed);
}

/** Cost of one of n pages, without the fixed part. */
export function perPageNs(phase: PhaseCost, pages: number, caches: Caches, exposed = 1): number {
  return phase.hot + exposed * coldShare(pages * phase.bytesPerPage, caches[phase.level]) * phase.cold;
}

/** The cache that decides between hot and cold. */
export type CacheLevel = 'l2' | 'llc';

/** Capacities in bytes; of the last level, the share that one process gets. */
export type Caches = Readonly<Record<CacheLevel, number>>;

/** What is known of a phase before its costs: which terms it has, what it brings through which cache. */
export interface PhaseShape {
  readonly bytesPerPage: number;
  readonly level: CacheLevel;
  readonly hasFixed: boolean;
}

/** The costs of a phase from its measurements, for known capacities. Needs a point for each term. */
export function fitPhase(points: readonly PhasePoint[], shape: PhaseShape, caches: Caches): PhaseCost {
  const { bytesPerPage, level } = shape;
  const [fixed, hot, cold] = fitCosts(rowsOf(points, shape, caches[level]), nsOf(points));
  return { fixed: fixed!, hot: hot!, cold: cold!, bytesPerPage, level };
}

/**
 * The one last-level capacity with which all phases are explained best (least squares of relative errors), in bytes. It is
 * the share of the last-level cache that this process really gets; the neighbours have the rest. Searched in steps of 2^(1/4)
 * from 256 KiB to 256 MiB.
 */
export function fitCache(phases: readonly { points: readonly PhasePoint[]; shape: PhaseShape }[]): number {
  let best = { bytes: 0, error: Number.POSITIVE_INFINITY };
  for (let step = 0; step <= 40; step++) {
    const bytes = Math.round(2 ** (18 + step / 4));
    let error = 0;
    for (const { points, shape } of phases) {
      const rows = rowsOf(points, shape, bytes);
      const y = nsOf(points);
      for (const one of relativeErrors(rows, y, fitCosts(rows, y))) error += one * one;
    }
    if (error < best.error) best = { bytes, error };
  }
  return best.bytes;
}

function rowsOf(points: readonly PhasePoint[], shape: PhaseShape, cacheBytes: number): number[][] {
  return points.map(({ pages, exposed = 1 }) => [
    shape.hasFixed ? 1 : 0,
    pages,
    pages * exposed * coldShare(pages * shape.bytesPerPage, cacheBytes),
  ]);
}

function nsOf(points: readonly PhasePoint[]): number[] {
  return points.map(({ ns }) => ns);
}
