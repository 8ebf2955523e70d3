import { FIGURE_NAMES, FIGURES, type FigureName, type FigurePlan, MAJOR } from './figures.ts';
import type { Host } from './host.ts';
import type { Observations } from './observations.ts';
import { type Caches, fitCache, fitPhase, type PhaseCost, type PhasePoint, phaseNs } from './phase.ts';
import { CACHE_PHASES, PHASE_NAMES, PHASES, type PhaseName, type PhasePlan } from './phases.ts';
import { median } from './statistics.ts';

/** A figure in ns. */
export interface Figure {
  readonly ns: number;
  readonly spread: number;
  readonly count: number;
}

export interface FittedPhase extends PhaseCost {
  /** The largest relative error of the fit at a size that it was made from. */
  readonly residual: number;
  /** Median spread of the measurements behind it. */
  readonly spread: number;
  readonly points: readonly PhasePoint[];
}

/** What memory management costs on one host: the result of a calibration. Times in ns of CPU time. */
export interface HostCosts {
  /** The second-level cache as the system states it; of the last level, the share that was really had. */
  readonly caches: Caches;
  readonly phases: Readonly<Partial<Record<PhaseName, FittedPhase>>>;
  readonly figures: Readonly<Partial<Record<FigureName, Figure>>>;
  /** A major fault by the wall clock, in ns. */
  readonly majorFault: Figure | undefined;
}

/** For systems that do not say. */
const USUAL_L2_BYTES = 1 << 20;

/**
 * @param observations of the commands of phases and figures; a phase with fewer than two sizes measured, and a figure
 *   that was not, are left out
 */
export function hostCosts(observations: Observations, host: Host): HostCosts {
  const measured = PHASE_NAMES.map((name) => ({ name, points: pointsOf(observations, PHASES[name]) })).filter(
    ({ points }) => points.length >= 2,
  );
  const llc = fitCache(
    measured
      .filter(({ name }) => CACHE_PHASES.includes(name))
      .map(({ name, points }) => ({ points, shape: PHASES[name] })),
  );
  const caches = { l2: host.l2Bytes > 0 ? host.l2Bytes : USUAL_L2_BYTES, llc };
  const phases = Object.fromEntries(
    measured.map(({ name, points }) => [name, fitted(observations, PHASES[name], points, caches)]),
  );
  const figures = Object.fromEntries(
    FIGURE_NAMES.filter((name) => observations.has(FIGURES[name].command)).map((name) => [
      name,
      figureOf(observations, FIGURES[name]),
    ]),
  );
  const major = observations.has(MAJOR.command) ? figureOf(observations, MAJOR) : undefined;
  return {
    caches,
    phases,
    figures,
    majorFault: major && { ...major, ns: major.ns / host.counterGHz },
  };
}

function pointsOf(observations: Observations, plan: PhasePlan): PhasePoint[] {
  return plan.sizes
    .filter((n) => observations.has(plan.command(n)))
    .map((n) => {
      const command = plan.command(n);
      // The lower quartile of the exposure, as of the times: both grow together.
      const exposed = plan.exposed ? observations.ifGiven(command, plan.exposed)?.value : undefined;
      const ns = observations.summary(command, plan.series).value;
      return { pages: n, ns, ...(exposed !== undefined && { exposed }) };
    });
}

function fitted(
  observations: Observations,
  plan: PhasePlan,
  points: readonly PhasePoint[],
  caches: Caches,
): FittedPhase {
  const cost = fitPhase(points, plan, caches);
  const errors = points.map(({ pages, ns, exposed }) =>
    Math.abs(phaseNs(cost, pages, caches, exposed) / ns - 1),
  );
  const spreads = points.map(({ pages }) => observations.summary(plan.command(pages), plan.series).spread);
  return { ...cost, residual: Math.max(...errors), spread: median(spreads), points };
}

function figureOf(observations: Observations, plan: FigurePlan): Figure {
  const { value, spread, count } = observations.summary(plan.command, plan.series);
  return { ns: value, spread, count };
}
