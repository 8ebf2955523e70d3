import { HUGE } from './commands.ts';
import type { FigureName } from './figures.ts';
import type { HostCosts } from './host-costs.ts';
import { coldShare, perPageNs, phaseNs } from './phase.ts';
import type { PhaseName } from './phases.ts';

/** A prediction is undefined when the host gave no measurement for one of its terms. */
export type Prediction = number | undefined;

/** A phase over n units, in ns. */
export function predictPhase(costs: HostCosts, name: PhaseName, n: number): Prediction {
  const phase = costs.phases[name];
  return phase && phaseNs(phase, n, costs.caches);
}

/**
 * Fork of n pages as the kernel happened to give them: as of contiguous frames, and a miss for the share of pages whose
 * frame breaks the sequence, as far as their descriptors exceed the cache.
 */
export function predictNaturalFork(costs: HostCosts, pages: number, breaks: number | undefined): Prediction {
  const contiguous = predictPhase(costs, 'fork', pages);
  const scattered = costs.phases.forkScattered;
  if (contiguous === undefined || !scattered || breaks === undefined) return undefined;
  const { bytesPerPage, level, cold } = scattered;
  return contiguous + pages * breaks * cold * coldShare(pages * bytesPerPage, costs.caches[level]);
}

/**
 * Every 4 KiB page of a region of shared huge pages written once: the first write to each splits its PMD and copies
 * 4 KiB, the others are COW copies as of 4 KiB pages.
 */
export function predictHugeRewrite(costs: HostCosts, pages: number): Prediction {
  const split = figure(costs, 'hugeCowSplit');
  const copy = costs.phases.cowCopy;
  if (split === undefined || !copy) return undefined;
  const splits = pages / HUGE;
  return splits * split + (pages - splits) * perPageNs(copy, pages, costs.caches);
}

/**
 * What a snapshot costs the process that takes it: the fork; a COW copy at the first write to each page; a plain
 * store at the others.
 */
export function predictSnapshot(
  costs: HostCosts,
  pages: number,
  writes: number,
  distinct: number,
): Prediction {
  const fork = predictPhase(costs, 'fork', pages);
  const { cowCopyScattered: copy, store } = costs.phases;
  if (fork === undefined || !copy || !store) return undefined;
  const copies = distinct * perPageNs(copy, distinct, costs.caches);
  return fork + copies + (writes - distinct) * perPageNs(store, distinct, costs.caches);
}

function figure(costs: HostCosts, name: FigureName): Prediction {
  return costs.figures[name]?.ns;
}
