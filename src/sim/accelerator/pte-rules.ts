import { ATTR_READ, ATTR_WRITE } from '../../core/attributes.ts';
import { spanShifts } from '../../mmu/mode/mode.ts';
import { X86_P, X86_PS } from '../../mmu/mode/x86-format.ts';
import type { WalkRules } from '../../mmu/rules/walk-rules.ts';
import { reservedBits } from '../../mmu/rules/x86-reserved.ts';
import type { Machine } from '../machine/machine.ts';

/** What of an entry is looked at, and what must be there: for ordinary entries, everything else is left to the walker. */
export interface EntryRule {
  readonly mask: bigint;
  readonly value: bigint;
}

export interface PteRules {
  /** By level, from 2 on. */
  readonly pointers: readonly EntryRule[];
  /** A leaf of level 1, as far as bits that are not rights go. */
  readonly leaf: EntryRule;
}

const RISCV_V = 1n;
const RISCV_RWX = 0xen;
const RISCV_U = 0x10n;
const RISCV_AD = 0xc0n;
/** N, PBMT and the reserved bits above the PPN. */
const RISCV_TOP = 0xffc0_0000_0000_0000n;

/** Which entries are ordinary: present, nothing reserved, a pointer above level 1 and a 4 KiB leaf at level 1. */
export function pteRules({ paging }: Machine, { mode }: WalkRules): PteRules {
  const levels = Array.from({ length: mode.levels + 1 }, (_, level) => level);
  if (paging.family === 'x86') {
    const controls = { family: 'x86' as const, ...paging.controls, ac: false, pkru: 0, pkrs: 0 };
    const span = spanShifts(mode);
    const rule = (level: number, leaf: boolean): EntryRule => ({
      mask: BigInt(leaf ? X86_P : X86_P | X86_PS) | reservedBits(mode, controls, level, leaf, span[level]!),
      value: BigInt(X86_P),
    });
    return { pointers: levels.map((level) => rule(Math.max(level, 1), false)), leaf: rule(1, true) };
  }
  const pointer = { mask: RISCV_V | RISCV_RWX | RISCV_U | RISCV_AD | RISCV_TOP, value: RISCV_V };
  return { pointers: levels.map(() => pointer), leaf: { mask: RISCV_V | RISCV_TOP, value: RISCV_V } };
}

/** What a TLB entry allows by the low 12 bits of attributes; nothing for a combination that is reserved in RISC-V. */
export function allowedTable(rules: WalkRules): Uint8Array {
  const reserved = (attributes: number) =>
    rules.mode.family === 'riscv' && (attributes & (ATTR_READ | ATTR_WRITE)) === ATTR_WRITE;
  return Uint8Array.from({ length: 4096 }, (_, attributes) =>
    reserved(attributes) ? 0 : rules.allowedMask(attributes),
  );
}
