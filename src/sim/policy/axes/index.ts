import type { PolicyAxis } from './axis.ts';
import { FAULT_AXES } from './fault.ts';
import { FLUSH_AXES } from './flush.ts';
import { FORK_AXES } from './fork.ts';

export type { AxisValue } from './axis.ts';

/** Every axis, in the order of a policy file. kernel/policy/policy.ts is their contract. */
export const POLICY_AXES: readonly PolicyAxis[] = [...FORK_AXES, ...FAULT_AXES, ...FLUSH_AXES];
