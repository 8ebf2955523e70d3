import { describe, expect, it } from 'vitest';
import {
  type AccessType,
  FETCH,
  LOAD,
  type Privilege,
  STORE,
  SUPERVISOR,
  USER,
} from '../../../src/core/access.ts';
import {
  ATTR_ACCESSED,
  ATTR_EXEC,
  ATTR_READ,
  ATTR_SUPERVISOR_EXEC,
  ATTR_USER,
  ATTR_WRITE,
} from '../../../src/core/attributes.ts';
import { armExceptionClass, armFaultStatus, armRefusal } from '../../../src/mmu/permissions/arm.ts';

const PAGE = ATTR_READ | ATTR_ACCESSED;
const W = ATTR_WRITE;
const EL0 = ATTR_USER;
const UX = ATTR_EXEC;
const PX = ATTR_SUPERVISOR_EXEC;

/** The reason, exception class and fault status at Arm's level 3, or 'allowed'. */
function ask(attributes: number, access: AccessType, privilege: Privilege, changes = {}) {
  const refusal = armRefusal(attributes, access, privilege, {
    family: 'arm',
    ha: false,
    hd: false,
    pan: false,
    ips: 40,
    ...changes,
  });
  if (refusal === null) return 'allowed';
  return [refusal.reason, armExceptionClass(access, privilege), armFaultStatus(refusal, 3)];
}

// Exception classes 0x20, 0x21: instruction abort from EL0, EL1; 0x24, 0x25: data abort. Status 0x0b: access flag,
// 0x0f: permission, both at level 3.
describe('access rights of Armv8-A', () => {
  it('keep EL0 out of pages without AP[1]; EL1 needs no leave to read', () => {
    expect(ask(PAGE, LOAD, USER)).toEqual(['supervisor-page', 0x24, 0x0f]);
    expect(ask(PAGE, LOAD, SUPERVISOR)).toBe('allowed');
  });

  it('keep both from writing read-only pages', () => {
    expect(ask(PAGE | EL0, STORE, USER)).toEqual(['not-writable', 0x24, 0x0f]);
    expect(ask(PAGE, STORE, SUPERVISOR)).toEqual(['not-writable', 0x25, 0x0f]);
    expect(ask(PAGE | EL0 | W, STORE, USER)).toBe('allowed');
  });

  it('let EL0 execute by UXN and EL1 by PXN, which a page that EL0 may write implies', () => {
    expect(ask(PAGE | EL0 | PX, FETCH, USER)).toEqual(['not-executable', 0x20, 0x0f]);
    expect(ask(PAGE | UX, FETCH, USER)).toBe('allowed');
    expect(ask(PAGE | EL0 | UX | PX, FETCH, SUPERVISOR)).toBe('allowed');
    expect(ask(PAGE | EL0 | W | UX | PX, FETCH, SUPERVISOR)).toEqual(['not-executable', 0x21, 0x0f]);
  });

  it('with PAN keep the data accesses of EL1 out of pages of EL0', () => {
    expect(ask(PAGE | EL0 | W, LOAD, SUPERVISOR, { pan: true })).toEqual(['user-page', 0x25, 0x0f]);
    expect(ask(PAGE | EL0 | PX, FETCH, SUPERVISOR, { pan: true })).toBe('allowed');
  });

  it('come after the access flag, which hardware sets itself with TCR.HA', () => {
    expect(ask(ATTR_READ, STORE, SUPERVISOR)).toEqual(['accessed-clear', 0x25, 0x0b]);
    expect(ask(ATTR_READ, LOAD, SUPERVISOR, { ha: true })).toBe('allowed');
  });
});
