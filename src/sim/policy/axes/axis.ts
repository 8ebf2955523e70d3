import type { Policy } from '../../../kernel/policy/policy.ts';

export type AxisValue = string | number | boolean;

/** One axis as a policy file writes it, and what its value makes the kernel do. */
export interface PolicyAxis {
  /** Path in a policy file: `sharing.tables`. */
  readonly key: string;
  readonly value: (policy: Policy) => AxisValue;
  /** What fork does because of it; absent where fork does not ask. */
  readonly fork?: (policy: Policy) => string;
  /** What a fault does because of it. */
  readonly fault?: (policy: Policy) => string;
  /** What invalidations, and agents beside the processes, do because of it. */
  readonly beside?: (policy: Policy) => string;
  /** False under policies that never ask this axis; absent = always asked. */
  readonly asked?: (policy: Policy) => boolean;
}
