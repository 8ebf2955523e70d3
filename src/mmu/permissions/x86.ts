import { type AccessType, FETCH, type Privilege, STORE, USER } from '../../core/access.ts';
import { ATTR_EXEC, ATTR_KEY_MASK, ATTR_KEY_SHIFT, ATTR_USER, ATTR_WRITE } from '../../core/attributes.ts';
import type { X86Controls } from '../rules/controls.ts';
import type { Refusal } from '../rules/refusal.ts';

/** Page-fault error-code bits (SDM vol. 3A, 4.7, figure 4-12). */
const CODE_P = 1 << 0;
const CODE_W = 1 << 1;
const CODE_U = 1 << 2;
const CODE_RSVD = 1 << 3;
const CODE_I = 1 << 4;
const CODE_PK = 1 << 5;

export const VECTOR_GP = 13;
export const VECTOR_PF = 14;

const SUPERVISOR_PAGE: Refusal = {
  reason: 'supervisor-page',
  step: 'SDM 4.6.1: user access, U/S = 0 in an entry',
};
const NOT_WRITABLE: Refusal = { reason: 'not-writable', step: 'SDM 4.6.1: R/W = 0 in an entry' };
const NOT_EXECUTABLE: Refusal = { reason: 'not-executable', step: 'SDM 4.6.1: XD = 1 in an entry' };
const SMEP: Refusal = { reason: 'smep', step: 'SDM 4.6.1: supervisor fetch from a user page, CR4.SMEP = 1' };
const SMAP: Refusal = {
  reason: 'smap',
  step: 'SDM 4.6.1: supervisor data access to a user page, CR4.SMAP = 1, AC = 0',
};
const PROTECTION_KEY: Refusal = { reason: 'protection-key', step: 'SDM 4.6.2: protection key' };

/**
 * Whether a translation with these folded attributes allows the access (SDM vol. 3A, 4.6): null, or the first reason
 * why not, access rights before protection keys.
 */
export function x86Refusal(
  attributes: number,
  access: AccessType,
  privilege: Privilege,
  controls: X86Controls,
): Refusal | null {
  const userPage = (attributes & ATTR_USER) !== 0;
  if (privilege === USER) {
    if (!userPage) return SUPERVISOR_PAGE;
  } else if (userPage) {
    if (access === FETCH) {
      if (controls.smep) return SMEP;
    } else if (controls.smap && !controls.ac) return SMAP;
  }
  if (access === FETCH) return attributes & ATTR_EXEC ? null : NOT_EXECUTABLE;
  if (access === STORE && (attributes & ATTR_WRITE) === 0 && (privilege === USER || controls.wp)) {
    return NOT_WRITABLE;
  }
  return keyDenies(attributes, access, privilege, controls) ? PROTECTION_KEY : null;
}

/**
 * Whether the page's protection key forbids a data access (SDM vol. 3A, 4.6.2). The page, not who accesses it, chooses
 * the register; WD binds a supervisor store only with CR0.WP, and that of PKRS always needs CR0.WP.
 */
function keyDenies(
  attributes: number,
  access: AccessType,
  privilege: Privilege,
  controls: X86Controls,
): boolean {
  const userPage = (attributes & ATTR_USER) !== 0;
  if (!(userPage ? controls.pke : controls.pks)) return false;
  const key = (attributes & ATTR_KEY_MASK) >>> ATTR_KEY_SHIFT;
  const rights = (userPage ? controls.pkru : controls.pkrs) >>> (2 * key);
  if ((rights & 1) !== 0) return true;
  const writesDisabled = (rights & 2) !== 0 && (controls.wp || (userPage && privilege === USER));
  return writesDisabled && access === STORE;
}

/**
 * The page-fault error code of a refusal (SDM vol. 3A, 4.7). `attributes` matter to a refusal by permissions alone:
 * PK is reported beside any other violation, I/D only where fetches can be refused at all.
 */
export function x86ErrorCode(
  refusal: Refusal,
  attributes: number,
  access: AccessType,
  privilege: Privilege,
  controls: X86Controls,
): number {
  let code = 0;
  if (access === STORE) code |= CODE_W;
  if (privilege === USER) code |= CODE_U;
  if (access === FETCH && (controls.nxe || controls.smep)) code |= CODE_I;
  if (refusal.reason === 'not-present') return code;
  code |= CODE_P;
  if (refusal.reason === 'reserved-bit') return code | CODE_RSVD;
  if (access !== FETCH && keyDenies(attributes, access, privilege, controls)) code |= CODE_PK;
  return code;
}
