import { type AccessType, FETCH, type Privilege, STORE, USER } from '../../core/access.ts';
import {
  ATTR_ACCESSED,
  ATTR_EXEC,
  ATTR_SUPERVISOR_EXEC,
  ATTR_USER,
  ATTR_WRITE,
} from '../../core/attributes.ts';
import type { ArmControls } from '../rules/controls.ts';
import type { Refusal } from '../rules/refusal.ts';

const ACCESS_FLAG: Refusal = { reason: 'accessed-clear', step: 'D8.5: access flag AF = 0, TCR.HA = 0' };
const NO_EL0_ACCESS: Refusal = {
  reason: 'supervisor-page',
  step: 'D8.4: EL0 access, AP[1] = 0 or APTable[0] = 1',
};
const READ_ONLY: Refusal = { reason: 'not-writable', step: 'D8.4: store, AP[2] = 1 or APTable[1] = 1' };
const NOT_EXECUTABLE: Refusal = { reason: 'not-executable', step: 'D8.4: UXN at EL0, PXN at EL1' };
const WRITABLE_AT_EL0: Refusal = {
  reason: 'not-executable',
  step: 'D8.4: EL1 fetch from a page that EL0 may write',
};
const PAN: Refusal = { reason: 'user-page', step: 'D8.4: PSTATE.PAN = 1, EL1 data access to an EL0 page' };

/**
 * Whether a translation with these folded attributes allows the access (Arm ARM, "Access flag", "Data access
 * permissions", "Instruction execution permissions"): null, or the first reason why not, the access flag before
 * permissions. EL0 execution asks neither for EL0 access nor for reading.
 */
export function armRefusal(
  attributes: number,
  access: AccessType,
  privilege: Privilege,
  controls: ArmControls,
): Refusal | null {
  const el0Access = (attributes & ATTR_USER) !== 0;
  const writable = (attributes & ATTR_WRITE) !== 0;
  if ((attributes & ATTR_ACCESSED) === 0 && !controls.ha) return ACCESS_FLAG;
  if (access === FETCH) {
    if (privilege === USER) return attributes & ATTR_EXEC ? null : NOT_EXECUTABLE;
    if (el0Access && writable) return WRITABLE_AT_EL0;
    return attributes & ATTR_SUPERVISOR_EXEC ? null : NOT_EXECUTABLE;
  }
  if (privilege === USER && !el0Access) return NO_EL0_ACCESS;
  if (privilege !== USER && el0Access && controls.pan) return PAN;
  return access === STORE && !writable ? READ_ONLY : null;
}

/** Exception classes (ESR_ELx.EC): an abort from EL0, and from EL1 itself. */
const INSTRUCTION_ABORT = { lower: 0x20, same: 0x21 };
const DATA_ABORT = { lower: 0x24, same: 0x25 };

export function armExceptionClass(access: AccessType, privilege: Privilege): number {
  const abort = access === FETCH ? INSTRUCTION_ABORT : DATA_ABORT;
  return privilege === USER ? abort.lower : abort.same;
}

/** Fault status codes (ISS.DFSC, IFSC) without the level. */
const ADDRESS_SIZE_FAULT = 0b000000;
const TRANSLATION_FAULT = 0b000100;
const ACCESS_FLAG_FAULT = 0b001000;
const PERMISSION_FAULT = 0b001100;

/** @param armLevel the lookup level as Arm counts, 0 to 3 */
export function armFaultStatus(refusal: Refusal, armLevel: number): number {
  switch (refusal.reason) {
    case 'address-size':
      return ADDRESS_SIZE_FAULT | armLevel;
    case 'not-present':
    case 'no-leaf':
      return TRANSLATION_FAULT | armLevel;
    // Level 0, wherever the lookup would have begun.
    case 'non-canonical':
      return TRANSLATION_FAULT;
    case 'accessed-clear':
      return ACCESS_FLAG_FAULT | armLevel;
    default:
      return PERMISSION_FAULT | armLevel;
  }
}
