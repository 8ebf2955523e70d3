import type { ArmControls, RiscvControls, X86Controls } from '../../src/mmu/rules/controls.ts';

/** Control bits as Linux sets them on x86-64, without protection keys. */
export const X86: X86Controls = {
  family: 'x86',
  maxphyaddr: 46,
  nxe: true,
  wp: true,
  smep: true,
  smap: true,
  ac: false,
  pge: true,
  pke: false,
  pks: false,
  pkru: 0,
  pkrs: 0,
  pdpe1gb: true,
};

/** A hart that updates A and D itself, with no other extension. */
export const RISCV: RiscvControls = {
  family: 'riscv',
  sum: false,
  mxr: false,
  adue: true,
  svnapot: false,
  svpbmt: false,
  svrsw60t59b: false,
};

/** TCR_EL1 with hardware management of the access flag and of dirty state. */
export const ARM: ArmControls = { family: 'arm', ha: true, hd: true, pan: true, ips: 48 };
