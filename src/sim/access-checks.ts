import { type AccessType, FETCH, LOAD, type Privilege, STORE, SUPERVISOR, USER } from '../core/access.ts';
import type { Fault, FaultReason } from '../core/fault.ts';
import type { Machine } from './machine/machine.ts';

/** One check of a manual, in its words; `passed` null for those that the walk did not come to. */
export interface ExplainedCheck {
  readonly text: string;
  readonly passed: boolean | null;
}

interface Check {
  readonly reason: FaultReason;
  readonly text: string;
  /** Whether this machine makes the check for this access at all. */
  readonly made: (access: AccessType, privilege: Privilege, paging: Machine['paging']) => boolean;
}

const always = () => true;

/** In the order of the SDM, vol. 3A, 4.5 to 4.7. */
const X86: readonly Check[] = [
  { reason: 'non-canonical', text: 'the upper address bits repeat the highest used one', made: always },
  { reason: 'not-present', text: 'P = 1 in every entry', made: always },
  { reason: 'reserved-bit', text: 'no reserved bit is set', made: always },
  {
    reason: 'supervisor-page',
    text: 'U/S = 1 in every entry: user code may come here',
    made: (_access, privilege) => privilege === USER,
  },
  {
    reason: 'smep',
    text: 'SMEP: the kernel fetches from no user page',
    made: (access, privilege, paging) =>
      paging.family === 'x86' && paging.controls.smep && privilege === SUPERVISOR && access === FETCH,
  },
  {
    reason: 'smap',
    text: 'SMAP: the kernel touches no user data',
    made: (access, privilege, paging) =>
      paging.family === 'x86' && paging.controls.smap && privilege === SUPERVISOR && access !== FETCH,
  },
  {
    reason: 'not-executable',
    text: 'XD = 0 in every entry: code may run here',
    made: (access, _privilege, paging) => paging.family === 'x86' && access === FETCH && paging.controls.nxe,
  },
  {
    reason: 'not-writable',
    text: 'R/W = 1 in every entry: stores may come here',
    made: (access, privilege, paging) =>
      paging.family === 'x86' && access === STORE && (privilege === USER || paging.controls.wp),
  },
  {
    reason: 'protection-key',
    text: 'the protection key allows it',
    made: (access, _privilege, paging) =>
      paging.family === 'x86' && access !== FETCH && (paging.controls.pke || paging.controls.pks),
  },
];

/** In the order of the virtual-address translation process of the RISC-V privileged manual. */
const RISCV: readonly Check[] = [
  { reason: 'non-canonical', text: 'the upper address bits repeat the highest used one', made: always },
  { reason: 'access-fault', text: 'there is memory where the entry should be (step 2)', made: always },
  { reason: 'not-present', text: 'V = 1 in every entry (step 3)', made: always },
  { reason: 'reserved-bit', text: 'no reserved encoding (step 3)', made: always },
  { reason: 'no-leaf', text: 'a leaf at level 1 at the latest (step 4)', made: always },
  { reason: 'misaligned-superpage', text: 'a superpage is aligned (step 5)', made: always },
  {
    reason: 'supervisor-page',
    text: 'U = 1: user code may come here (step 6)',
    made: (_access, privilege) => privilege === USER,
  },
  {
    reason: 'user-page',
    text: 'U = 0, or SUM = 1 and no fetch: supervisor code may come here (step 6)',
    made: (_access, privilege) => privilege === SUPERVISOR,
  },
  { reason: 'not-executable', text: 'X = 1: code may run here (step 7)', made: (access) => access === FETCH },
  {
    reason: 'not-readable',
    text: 'R = 1, or MXR and X: loads may come here (step 7)',
    made: (access) => access === LOAD,
  },
  {
    reason: 'not-writable',
    text: 'W = 1: stores may come here (step 7)',
    made: (access) => access === STORE,
  },
  {
    reason: 'accessed-clear',
    text: 'A = 1, since this machine does not set it (step 8, Svade)',
    made: (_access, _privilege, paging) => paging.family === 'riscv' && !paging.controls.adue,
  },
  {
    reason: 'dirty-clear',
    text: 'D = 1, since this machine does not set it (step 8, Svade)',
    made: (access, _privilege, paging) =>
      paging.family === 'riscv' && !paging.controls.adue && access === STORE,
  },
];

/**
 * The checks of an access in the manual's order, with how each ended: all before the one that refused have passed,
 * those after it were not made.
 */
export function explainChecks(
  paging: Machine['paging'],
  access: AccessType,
  privilege: Privilege,
  fault: Fault | null,
): ExplainedCheck[] {
  const made = (paging.family === 'x86' ? X86 : RISCV).filter((check) =>
    check.made(access, privilege, paging),
  );
  const refused = fault === null ? -1 : made.findIndex(({ reason }) => reason === fault.reason);
  if (fault !== null && refused < 0)
    return [...made.map(({ text }) => ({ text, passed: null })), { text: fault.step, passed: false }];
  return made.map(({ text }, i) => ({
    text,
    passed: refused < 0 || i < refused ? true : i === refused ? false : null,
  }));
}
