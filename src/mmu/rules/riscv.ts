import { type AccessType, type Privilege, STORE } from '../../core/access.ts';
import { ATTR_GLOBAL, ATTR_SIZE_SHIFT } from '../../core/attributes.ts';
import { type PagingMode, spanShifts } from '../mode/mode.ts';
import {
  RISCV_A,
  RISCV_D,
  RISCV_N_HI,
  RISCV_PBMT_HI_SHIFT,
  RISCV_R,
  RISCV_U,
  RISCV_V,
  RISCV_W,
  RISCV_X,
} from '../mode/riscv-format.ts';
import { AllowedMasks } from '../permissions/allowed.ts';
import { riscvCause, riscvRefusal } from '../permissions/riscv.ts';
import { bitRange, highWord, lowWord } from './bits.ts';
import type { RiscvControls } from './controls.ts';
import { LEAF, NEXT_TABLE, NON_CANONICAL_RISCV, type Refusal, type Verdict } from './refusal.ts';
import type { WalkRules } from './walk-rules.ts';

const INVALID: Refusal = { reason: 'not-present', step: 'VATP step 3: V = 0' };
const WRITE_ONLY: Refusal = { reason: 'reserved-bit', step: 'VATP step 3: R = 0, W = 1 is reserved' };
const RESERVED: Refusal = { reason: 'reserved-bit', step: 'VATP step 3: a reserved bit is set' };
const PBMT_3: Refusal = { reason: 'reserved-bit', step: 'VATP step 3: PBMT = 3 is reserved (Svpbmt)' };
const NAPOT: Refusal = {
  reason: 'reserved-bit',
  step: 'VATP step 3: N = 1 above level 1 or PPN[3:0] not 1000 is reserved (Svnapot)',
};
const POINTER_BITS: Refusal = {
  reason: 'reserved-bit',
  step: 'VATP step 3: D, A, U, N and PBMT are reserved in a pointer',
};
const NO_LEAF: Refusal = { reason: 'no-leaf', step: 'VATP step 4: a pointer in the last table' };
const MISALIGNED: Refusal = {
  reason: 'misaligned-superpage',
  step: 'VATP step 5: low PPN bits of a superpage are not 0',
};

const PBMT_HI = 3 << RISCV_PBMT_HI_SHIFT;
const NAPOT_PPN_MASK = 0b1111 << 10;
const NAPOT_PPN_CODE = 0b1000 << 10;
const NAPOT_SIZE_SHIFT = 4;

/** The rules of the Sv modes (RISC-V privileged manual, "Virtual Address Translation Process", Svnapot, Svpbmt). */
export class RiscvRules implements WalkRules {
  readonly mode: PagingMode;
  readonly rootAttributes = 0;
  readonly nonCanonical = NON_CANONICAL_RISCV;
  private readonly controls: RiscvControls;
  private readonly shifts: Int32Array;
  private readonly reservedHi: number;
  private readonly misalignedLo: Int32Array;
  private readonly misalignedHi: Int32Array;

  private readonly allowed: AllowedMasks;

  constructor(mode: PagingMode, controls: RiscvControls) {
    this.mode = mode;
    this.controls = controls;
    this.allowed = new AllowedMasks((attributes, access, privilege) =>
      riscvRefusal(attributes, access, privilege, controls),
    );
    this.shifts = spanShifts(mode);
    this.reservedHi = highWord(
      bitRange(controls.svrsw60t59b ? 58 : 60, 54) |
        (controls.svpbmt ? 0n : bitRange(62, 61)) |
        (controls.svnapot ? 0n : bitRange(63, 63)),
    );
    const misaligned = Array.from(this.shifts, (shift) => bitRange(9 + shift, 10));
    this.misalignedLo = Int32Array.from(misaligned, lowWord);
    this.misalignedHi = Int32Array.from(misaligned, highWord);
  }

  examine(lo: number, hi: number, level: number): Verdict {
    if ((lo & RISCV_V) === 0) return INVALID;
    if ((lo & (RISCV_R | RISCV_W)) === RISCV_W) return WRITE_ONLY;
    if ((hi & this.reservedHi) !== 0) return RESERVED;
    if ((hi & PBMT_HI) === PBMT_HI) return PBMT_3;
    if ((lo & (RISCV_R | RISCV_X)) === 0) {
      if ((lo & (RISCV_D | RISCV_A | RISCV_U)) !== 0 || (hi & (RISCV_N_HI | PBMT_HI)) !== 0)
        return POINTER_BITS;
      return level === 1 ? NO_LEAF : NEXT_TABLE;
    }
    if ((hi & RISCV_N_HI) !== 0 && (level > 1 || (lo & NAPOT_PPN_MASK) !== NAPOT_PPN_CODE)) return NAPOT;
    if ((lo & this.misalignedLo[level]!) !== 0 || (hi & this.misalignedHi[level]!) !== 0) return MISALIGNED;
    return LEAF;
  }

  foldTable(attributes: number, lo: number): number {
    return attributes | ((lo >>> 1) & ATTR_GLOBAL);
  }

  touchedTable(lo: number): number {
    return lo;
  }

  foldLeaf(attributes: number, lo: number, hi: number, level: number): number {
    const shift = (hi & RISCV_N_HI) !== 0 ? NAPOT_SIZE_SHIFT : this.shifts[level]!;
    return attributes | this.mode.format.attributesOf(lo, hi) | (shift << ATTR_SIZE_SHIFT);
  }

  check(attributes: number, access: AccessType, privilege: Privilege): Refusal | null {
    return riscvRefusal(attributes, access, privilege, this.controls);
  }

  allowedMask(attributes: number): number {
    return this.allowed.of(attributes);
  }

  touched(lo: number, access: AccessType): number {
    return lo | (access === STORE ? RISCV_A | RISCV_D : RISCV_A);
  }

  exception(refusal: Refusal, _attributes: number, access: AccessType) {
    const cause = riscvCause(refusal, access);
    return { vector: cause, code: cause };
  }
}
