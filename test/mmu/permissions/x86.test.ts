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
import { ATTR_EXEC, ATTR_KEY_SHIFT, ATTR_READ, ATTR_USER, ATTR_WRITE } from '../../../src/core/attributes.ts';
import { x86ErrorCode, x86Refusal } from '../../../src/mmu/permissions/x86.ts';
import type { X86Controls } from '../../../src/mmu/rules/controls.ts';
import { X86 } from '../controls.ts';

const R = ATTR_READ;
const W = ATTR_WRITE;
const X = ATTR_EXEC;
const U = ATTR_USER;
const KEY_1 = 1 << ATTR_KEY_SHIFT;
/** Bits of key 1 in PKRU and PKRS. */
const AD_1 = 0b0100;
const WD_1 = 0b1000;

/** The reason and the error code, or 'allowed'. */
function ask(
  attributes: number,
  access: AccessType,
  privilege: Privilege,
  changes: Partial<X86Controls> = {},
) {
  const controls = { ...X86, ...changes };
  const refusal = x86Refusal(attributes, access, privilege, controls);
  if (refusal === null) return 'allowed';
  return [refusal.reason, x86ErrorCode(refusal, attributes, access, privilege, controls)];
}

// Error code: P 1, W/R 2, U/S 4, RSVD 8, I/D 16, PK 32 (SDM vol. 3A, 4.7).
describe('access rights of x86', () => {
  it('keep user code out of supervisor pages', () => {
    expect(ask(R | W | X, LOAD, USER)).toEqual(['supervisor-page', 5]);
    expect(ask(R | W | X, STORE, USER)).toEqual(['supervisor-page', 7]);
    expect(ask(R | W | X, FETCH, USER)).toEqual(['supervisor-page', 21]);
  });

  it('keep everybody from writing where R/W is clear, but supervisor code with CR0.WP = 0', () => {
    expect(ask(R | U, STORE, USER, { wp: false })).toEqual(['not-writable', 7]);
    expect(ask(R, STORE, SUPERVISOR)).toEqual(['not-writable', 3]);
    expect(ask(R, STORE, SUPERVISOR, { wp: false })).toBe('allowed');
  });

  it('keep everybody from executing where XD is set', () => {
    expect(ask(R | W | U, FETCH, USER)).toEqual(['not-executable', 21]);
    expect(ask(R | W, FETCH, SUPERVISOR)).toEqual(['not-executable', 17]);
  });

  it('keep supervisor code from executing user pages with SMEP', () => {
    expect(ask(R | X | U, FETCH, SUPERVISOR)).toEqual(['smep', 17]);
    expect(ask(R | X | U, FETCH, SUPERVISOR, { smep: false })).toBe('allowed');
  });

  it('keep supervisor code from touching user pages with SMAP, unless AC is set', () => {
    expect(ask(R | W | U, LOAD, SUPERVISOR)).toEqual(['smap', 1]);
    expect(ask(R | W | U, STORE, SUPERVISOR)).toEqual(['smap', 3]);
    expect(ask(R | W | U, STORE, SUPERVISOR, { ac: true })).toBe('allowed');
    expect(ask(R | W | U, STORE, SUPERVISOR, { smap: false })).toBe('allowed');
  });

  it('report a fetch as one (I/D) only where fetches can be refused: with NXE or SMEP', () => {
    expect(ask(R | X, FETCH, USER, { smep: false })).toEqual(['supervisor-page', 21]);
    expect(ask(R | X, FETCH, USER, { nxe: false })).toEqual(['supervisor-page', 21]);
    expect(ask(R | X, FETCH, USER, { nxe: false, smep: false })).toEqual(['supervisor-page', 5]);
  });
});

describe('protection keys of x86', () => {
  const user = { pke: true, smap: false };
  const supervisor = { pks: true };

  it('guard user pages by PKRU: AD forbids data accesses, WD writes; fetches are free', () => {
    expect(ask(R | W | X | U | KEY_1, LOAD, USER, { ...user, pkru: AD_1 })).toEqual(['protection-key', 37]);
    expect(ask(R | W | X | U | KEY_1, LOAD, USER, { ...user, pkru: WD_1 })).toBe('allowed');
    expect(ask(R | W | X | U | KEY_1, STORE, USER, { ...user, pkru: WD_1 })).toEqual(['protection-key', 39]);
    expect(ask(R | W | X | U | KEY_1, FETCH, USER, { ...user, pkru: AD_1 })).toBe('allowed');
    expect(ask(R | W | X | U, STORE, USER, { ...user, pkru: AD_1 })).toBe('allowed');
  });

  it('guard user pages from supervisor code too, its writes only with CR0.WP', () => {
    expect(ask(R | W | U | KEY_1, LOAD, SUPERVISOR, { ...user, pkru: AD_1 })).toEqual(['protection-key', 33]);
    expect(ask(R | W | U | KEY_1, STORE, SUPERVISOR, { ...user, pkru: WD_1 })).toEqual([
      'protection-key',
      35,
    ]);
    expect(ask(R | W | U | KEY_1, STORE, SUPERVISOR, { ...user, pkru: WD_1, wp: false })).toBe('allowed');
  });

  it('guard supervisor pages by PKRS, and not by PKRU', () => {
    expect(ask(R | W | KEY_1, LOAD, SUPERVISOR, { ...supervisor, pkrs: AD_1 })).toEqual([
      'protection-key',
      33,
    ]);
    expect(ask(R | W | KEY_1, STORE, SUPERVISOR, { ...supervisor, pkrs: WD_1 })).toEqual([
      'protection-key',
      35,
    ]);
    expect(ask(R | W | KEY_1, STORE, SUPERVISOR, { ...supervisor, pkrs: WD_1, wp: false })).toBe('allowed');
    expect(ask(R | W | KEY_1, LOAD, SUPERVISOR, { ...user, pkru: AD_1 })).toBe('allowed');
    expect(ask(R | W | U | KEY_1, LOAD, USER, { ...supervisor, pkrs: AD_1 })).toBe('allowed');
  });

  it('are reported beside another violation', () => {
    expect(ask(R | U | KEY_1, STORE, USER, { ...user, pkru: AD_1 })).toEqual(['not-writable', 39]);
    expect(ask(R | U | KEY_1, LOAD, SUPERVISOR, { pke: true, pkru: AD_1 })).toEqual(['smap', 33]);
  });
});
