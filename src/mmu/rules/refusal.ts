import type { FaultReason } from '../../core/fault.ts';

/** One way in which a manual refuses a translation, and where it says so. Compared by identity. */
export interface Refusal {
  readonly reason: FaultReason;
  /** For people: the section of the SDM (numbered as where "Paging" is chapter 4), the step of the RISC-V process. */
  readonly step: string;
}

/** What rules say of one page-table entry: follow it, stop at it, or the refusal. */
export type Verdict = typeof NEXT_TABLE | typeof LEAF | Refusal;
export const NEXT_TABLE = 0;
export const LEAF = 1;

export const NON_CANONICAL_X86: Refusal = {
  reason: 'non-canonical',
  step: 'SDM 1, 3.3.7.1: canonical address',
};
export const NON_CANONICAL_RISCV: Refusal = {
  reason: 'non-canonical',
  step: 'Sv39: bits 63:39 must all equal bit 38',
};
export const BEYOND_TTBR0: Refusal = {
  reason: 'non-canonical',
  step: 'D8.2: the address is above the range of TTBR0 (TCR.T0SZ)',
};
export const OUTSIDE_MEMORY: Refusal = {
  reason: 'access-fault',
  step: 'VATP step 2: PMA check of the PTE read',
};
