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
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_READ,
  ATTR_USER,
  ATTR_WRITE,
} from '../../../src/core/attributes.ts';
import { riscvCause, riscvRefusal } from '../../../src/mmu/permissions/riscv.ts';
import type { RiscvControls } from '../../../src/mmu/rules/controls.ts';
import { RISCV } from '../controls.ts';

const R = ATTR_READ;
const W = ATTR_WRITE;
const X = ATTR_EXEC;
const U = ATTR_USER;
const A = ATTR_ACCESSED;
const D = ATTR_DIRTY;

/** The reason and mcause, or 'allowed'. */
function ask(
  attributes: number,
  access: AccessType,
  privilege: Privilege,
  changes: Partial<RiscvControls> = {},
) {
  const refusal = riscvRefusal(attributes, access, privilege, { ...RISCV, ...changes });
  return refusal === null ? 'allowed' : [refusal.reason, riscvCause(refusal, access)];
}

// mcause: 12, 13, 15 are the page faults of fetch, load and store.
describe('access rights of RISC-V', () => {
  it('keep U-mode out of pages without U', () => {
    expect(ask(R | W | X, FETCH, USER)).toEqual(['supervisor-page', 12]);
    expect(ask(R | W | X, LOAD, USER)).toEqual(['supervisor-page', 13]);
    expect(ask(R | W | X, STORE, USER)).toEqual(['supervisor-page', 15]);
  });

  it('keep S-mode out of U pages, but for loads and stores with SUM', () => {
    expect(ask(R | W | X | U, LOAD, SUPERVISOR)).toEqual(['user-page', 13]);
    expect(ask(R | W | X | U, STORE, SUPERVISOR, { sum: true })).toBe('allowed');
    expect(ask(R | W | X | U, FETCH, SUPERVISOR, { sum: true })).toEqual(['user-page', 12]);
  });

  it('want X to fetch, R to load, W to store', () => {
    expect(ask(R | W | U, FETCH, USER)).toEqual(['not-executable', 12]);
    expect(ask(X | U, LOAD, USER)).toEqual(['not-readable', 13]);
    expect(ask(R | X | U, STORE, USER)).toEqual(['not-writable', 15]);
  });

  it('let loads read what is executable with MXR, and change nothing else by it', () => {
    expect(ask(X | U, LOAD, USER, { mxr: true })).toBe('allowed');
    expect(ask(X | U, STORE, USER, { mxr: true })).toEqual(['not-writable', 15]);
    expect(ask(X | U, LOAD, SUPERVISOR, { mxr: true })).toEqual(['user-page', 13]);
  });
});

describe('A and D of RISC-V', () => {
  const svade = { adue: false };

  it('are hardware’s business with Svadu', () => {
    expect(ask(R | W | U, STORE, USER)).toBe('allowed');
  });

  it('fault with Svade: A clear on any access, D clear on a store', () => {
    expect(ask(R | W | X | U | D, LOAD, USER, svade)).toEqual(['accessed-clear', 13]);
    expect(ask(R | W | X | U | D, FETCH, USER, svade)).toEqual(['accessed-clear', 12]);
    expect(ask(R | W | U | A, STORE, USER, svade)).toEqual(['dirty-clear', 15]);
    expect(ask(R | W | U | A, LOAD, USER, svade)).toBe('allowed');
    expect(ask(R | W | U | A | D, STORE, USER, svade)).toBe('allowed');
  });

  it('are looked at last: a page that may not be written faults for that', () => {
    expect(ask(R | U, STORE, USER, svade)).toEqual(['not-writable', 15]);
  });
});
