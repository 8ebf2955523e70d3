import { type AccessType, FETCH, LOAD, type Privilege, STORE, SUPERVISOR, USER } from '../../core/access.ts';
import {
  ATTR_ACCESSED,
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_READ,
  ATTR_USER,
  ATTR_WRITE,
} from '../../core/attributes.ts';
import type { RiscvControls } from '../rules/controls.ts';
import type { Refusal } from '../rules/refusal.ts';

/** mcause by access type FETCH, LOAD, STORE (privileged manual, table of exception codes). */
const ACCESS_FAULT_CAUSE = [1, 5, 7] as const;
const PAGE_FAULT_CAUSE = [12, 13, 15] as const;

const SUPERVISOR_PAGE: Refusal = { reason: 'supervisor-page', step: 'VATP step 6: U-mode, U = 0' };
const USER_PAGE: Refusal = {
  reason: 'user-page',
  step: 'VATP step 6: S-mode, U = 1, a fetch or SUM = 0',
};
const NOT_EXECUTABLE: Refusal = { reason: 'not-executable', step: 'VATP step 7: fetch, X = 0' };
const NOT_READABLE: Refusal = {
  reason: 'not-readable',
  step: 'VATP step 7: load, R = 0 and not (MXR and X)',
};
const NOT_WRITABLE: Refusal = { reason: 'not-writable', step: 'VATP step 7: store, W = 0' };
const ACCESSED_CLEAR: Refusal = { reason: 'accessed-clear', step: 'VATP step 8: A = 0, ADUE = 0 (Svade)' };
const DIRTY_CLEAR: Refusal = { reason: 'dirty-clear', step: 'VATP step 8: store, D = 0, ADUE = 0 (Svade)' };

/**
 * Whether a leaf with these folded attributes allows the access: null, or the first reason why not, in the order of
 * steps 6 to 8 of the virtual-address translation process (privileged manual, "Virtual Address Translation Process").
 */
export function riscvRefusal(
  attributes: number,
  access: AccessType,
  privilege: Privilege,
  controls: RiscvControls,
): Refusal | null {
  const userPage = (attributes & ATTR_USER) !== 0;
  if (privilege === USER && !userPage) return SUPERVISOR_PAGE;
  if (privilege === SUPERVISOR && userPage && (access === FETCH || !controls.sum)) return USER_PAGE;

  if (access === FETCH && (attributes & ATTR_EXEC) === 0) return NOT_EXECUTABLE;
  if (access === LOAD && (attributes & (controls.mxr ? ATTR_READ | ATTR_EXEC : ATTR_READ)) === 0)
    return NOT_READABLE;
  if (access === STORE && (attributes & ATTR_WRITE) === 0) return NOT_WRITABLE;

  if (!controls.adue) {
    if ((attributes & ATTR_ACCESSED) === 0) return ACCESSED_CLEAR;
    if (access === STORE && (attributes & ATTR_DIRTY) === 0) return DIRTY_CLEAR;
  }
  return null;
}

/** The mcause of a refusal: the access fault or the page fault of the original access. */
export function riscvCause(refusal: Refusal, access: AccessType): number {
  return (refusal.reason === 'access-fault' ? ACCESS_FAULT_CAUSE : PAGE_FAULT_CAUSE)[access];
}
