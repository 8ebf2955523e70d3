import { type AccessType, type Privilege, STORE } from '../../core/access.ts';
import {
  ATTR_ACCESSED,
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_GLOBAL,
  ATTR_READ,
  ATTR_SIZE_SHIFT,
  ATTR_SUPERVISOR_EXEC,
  ATTR_USER,
  ATTR_WRITE,
  sizeShiftOf,
} from '../../core/attributes.ts';
import {
  ARM_AF,
  ARM_AP1,
  ARM_AP2,
  ARM_DBM_HI,
  ARM_NG,
  ARM_NO_EL0_TABLE_HI,
  ARM_PXN_HI,
  ARM_PXN_TABLE_HI,
  ARM_READ_ONLY_TABLE_HI,
  ARM_TYPE,
  ARM_UXN_HI,
  ARM_UXN_TABLE_HI,
  ARM_VALID,
} from '../mode/arm-format.ts';
import { type PagingMode, spanShifts } from '../mode/mode.ts';
import { AllowedMasks } from '../permissions/allowed.ts';
import { armExceptionClass, armFaultStatus, armRefusal } from '../permissions/arm.ts';
import { bitRange, highWord } from './bits.ts';
import type { ArmControls } from './controls.ts';
import { BEYOND_TTBR0, LEAF, NEXT_TABLE, type Refusal, type Verdict } from './refusal.ts';
import type { WalkRules } from './walk-rules.ts';

const INVALID: Refusal = { reason: 'not-present', step: 'D8.3: bit 0 = 0, an invalid descriptor' };
const RESERVED_TYPE: Refusal = { reason: 'no-leaf', step: 'D8.3: a block where the level has none' };
const ADDRESS_SIZE: Refusal = { reason: 'address-size', step: 'D8.3: output address above TCR.IPS' };

/** The highest level at which blocks stand: Arm's level 1, 1 GiB. */
const LARGEST_BLOCK_LEVEL = 3;
/** Our level + Arm's level. */
const LEVELS_SUM = 4;

/** The rules of Armv8-A stage 1 translation for EL1 and EL0, 4 KiB granule (Arm ARM, chapter D8). */
export class ArmRules implements WalkRules {
  readonly mode: PagingMode;
  readonly rootAttributes = ATTR_READ | ATTR_WRITE | ATTR_EXEC | ATTR_USER | ATTR_SUPERVISOR_EXEC;
  readonly nonCanonical = BEYOND_TTBR0;
  private readonly controls: ArmControls;
  private readonly shifts: Int32Array;
  /** Address bits above TCR.IPS, in the high word. */
  private readonly beyondHi: number;
  private readonly allowed: AllowedMasks;

  constructor(mode: PagingMode, controls: ArmControls) {
    this.mode = mode;
    this.controls = controls;
    this.shifts = spanShifts(mode);
    this.beyondHi = highWord(bitRange(47, controls.ips));
    this.allowed = new AllowedMasks((attributes, access, privilege) =>
      this.check(attributes, access, privilege),
    );
  }

  examine(lo: number, hi: number, level: number): Verdict {
    if ((lo & ARM_VALID) === 0) return INVALID;
    const isBlock = (lo & ARM_TYPE) === 0;
    if (isBlock && (level === 1 || level > LARGEST_BLOCK_LEVEL)) return RESERVED_TYPE;
    if ((hi & this.beyondHi) !== 0) return ADDRESS_SIZE;
    return isBlock || level === 1 ? LEAF : NEXT_TABLE;
  }

  /** APTable, UXNTable and PXNTable take rights away from everything below. */
  foldTable(attributes: number, _lo: number, hi: number): number {
    let kept = attributes;
    if (hi & ARM_NO_EL0_TABLE_HI) kept &= ~ATTR_USER;
    if (hi & ARM_READ_ONLY_TABLE_HI) kept &= ~ATTR_WRITE;
    if (hi & ARM_UXN_TABLE_HI) kept &= ~ATTR_EXEC;
    if (hi & ARM_PXN_TABLE_HI) kept &= ~ATTR_SUPERVISOR_EXEC;
    return kept;
  }

  touchedTable(lo: number): number {
    return lo;
  }

  /** A clean page that hardware may make dirty (DBM with TCR.HD) is writable, and not dirty. */
  foldLeaf(attributes: number, lo: number, hi: number, level: number): number {
    const { ha, hd } = this.controls;
    const becomesDirty = ha && hd && (hi & ARM_DBM_HI) !== 0;
    let rights = ATTR_READ;
    if ((lo & ARM_AP2) === 0 || becomesDirty) rights |= ATTR_WRITE;
    if (lo & ARM_AP1) rights |= ATTR_USER;
    if ((hi & ARM_UXN_HI) === 0) rights |= ATTR_EXEC;
    if ((hi & ARM_PXN_HI) === 0) rights |= ATTR_SUPERVISOR_EXEC;
    return (
      (rights & attributes) |
      (lo & ARM_NG ? 0 : ATTR_GLOBAL) |
      (lo & ARM_AF ? ATTR_ACCESSED : 0) |
      (lo & ARM_AP2 ? 0 : ATTR_DIRTY) |
      (this.shifts[level]! << ATTR_SIZE_SHIFT)
    );
  }

  check(attributes: number, access: AccessType, privilege: Privilege): Refusal | null {
    return armRefusal(attributes, access, privilege, this.controls);
  }

  allowedMask(attributes: number): number {
    return this.allowed.of(attributes);
  }

  /** A store that was allowed makes the page dirty by clearing AP[2], where that is still set. */
  touched(lo: number, access: AccessType): number {
    return access === STORE ? (lo | ARM_AF) & ~ARM_AP2 : lo | ARM_AF;
  }

  exception(refusal: Refusal, attributes: number, access: AccessType, privilege: Privilege, level?: number) {
    const at = level ?? this.shifts.indexOf(sizeShiftOf(attributes), 1);
    return {
      vector: armExceptionClass(access, privilege),
      code: armFaultStatus(refusal, LEVELS_SUM - at),
    };
  }
}
