import { LINUX_6_18_COSTS, MEASURED_GHZ } from './linux-6.18.ts';
import type { PartCosts } from './parts.ts';

/** Prices of kernel work in cycles of the clock that they were counted in. */
export interface CostPreset {
  readonly name: string;
  readonly frequencyGHz: number;
  readonly costs: PartCosts;
  /** Where it was measured and how, as its file says. */
  readonly provenance?: Readonly<Record<string, unknown>>;
}

/** What a run charges that names no other prices (docs/kernel-costs.md). */
export const BUILT_IN: CostPreset = {
  name: 'linux-6.18',
  frequencyGHz: MEASURED_GHZ,
  costs: LINUX_6_18_COSTS,
  provenance: { kernel: '6.18.44', cpu: 'AMD EPYC (Milan), KVM guest', counter: 'tsc' },
};
