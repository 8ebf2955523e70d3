import type { Part } from '../../kernel/cost/parts.ts';
import type { Figure, HostCosts } from './host-costs.ts';
import { PART_RULES, type Source } from './part-rules.ts';

/** The price of one part of kernel work on the host, and what it was derived from. */
export interface PartEstimate {
  readonly part: Part;
  readonly ns: number;
  /** Uncertainty in ns: the spreads of what it was made from, as independent errors. */
  readonly error: number;
  readonly how: string;
  /** `measured` as it is, or `computed` as a difference of measurements. */
  readonly confidence: 'measured' | 'computed';
}

interface Quantity {
  readonly ns: number;
  readonly error: number;
}

/**
 * Prices of the parts of kernel work by the rules of part-rules.ts. A difference below zero is within the noise, and
 * 0. Parts whose measurements are missing are left out, and so are those that no rule measures (moving page tables,
 * reclaim, swap).
 */
export function partEstimates(costs: HostCosts): PartEstimate[] {
  const estimates = new Map<Part, PartEstimate>();
  for (const { part, how, terms } of PART_RULES) {
    let ns = 0;
    let variance = 0;
    let known = true;
    for (const [factor, source] of terms) {
      const quantity = quantityOf(source, costs, estimates);
      known &&= quantity !== undefined;
      ns += factor * (quantity?.ns ?? 0);
      variance += (factor * (quantity?.error ?? 0)) ** 2;
    }
    if (!known) continue;
    const isMeasured = terms.length === 1 && terms[0]![1].kind !== 'part';
    const confidence = isMeasured ? 'measured' : 'computed';
    estimates.set(part, { part, ns: Math.max(0, ns), error: Math.sqrt(variance), how, confidence });
  }
  return [...estimates.values()];
}

function quantityOf(
  source: Source,
  costs: HostCosts,
  estimates: ReadonlyMap<Part, PartEstimate>,
): Quantity | undefined {
  switch (source.kind) {
    case 'figure':
      return quantityOfFigure(costs.figures[source.name]);
    case 'majorFault':
      return quantityOfFigure(costs.majorFault);
    case 'part':
      return estimates.get(source.name);
    case 'phase': {
      const phase = costs.phases[source.name];
      if (!phase) return undefined;
      const ns = phase[source.term];
      return { ns, error: ns * Math.max(phase.spread, phase.residual) };
    }
  }
}

function quantityOfFigure(figure: Figure | undefined): Quantity | undefined {
  return figure && { ns: figure.ns, error: figure.ns * figure.spread };
}
