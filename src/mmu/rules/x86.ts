import type { AccessType, Privilege } from '../../core/access.ts';
import { STORE } from '../../core/access.ts';
import {
  ATTR_ACCESSED,
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_GLOBAL,
  ATTR_KEY_MASK,
  ATTR_READ,
  ATTR_SIZE_SHIFT,
  ATTR_USER,
  ATTR_WRITE,
} from '../../core/attributes.ts';
import { type PagingMode, spanShifts } from '../mode/mode.ts';
import { X86_A, X86_D, X86_P, X86_PS } from '../mode/x86-format.ts';
import { AllowedMasks } from '../permissions/allowed.ts';
import { VECTOR_GP, VECTOR_PF, x86ErrorCode, x86Refusal } from '../permissions/x86.ts';
import { highWord, lowWord } from './bits.ts';
import type { X86Controls } from './controls.ts';
import { LEAF, NEXT_TABLE, NON_CANONICAL_X86, type Refusal, type Verdict } from './refusal.ts';
import type { WalkRules } from './walk-rules.ts';
import { reservedBits } from './x86-reserved.ts';

const NOT_PRESENT: Refusal = { reason: 'not-present', step: 'SDM 4.7: P = 0' };
const RESERVED: Refusal = { reason: 'reserved-bit', step: 'SDM 4.7: a reserved bit is set' };

/** Rights that every entry of a walk must grant: R/W and U/S by a 1, execution by XD = 0. */
const COMBINED = ATTR_READ | ATTR_WRITE | ATTR_EXEC | ATTR_USER;
/** Where reserved masks of pointers begin; those of leaves stand at their level. */
const POINTER = 8;

/** The rules of x86 paging (SDM vol. 3A, chapter "Paging"). */
export class X86Rules implements WalkRules {
  readonly mode: PagingMode;
  readonly rootAttributes = COMBINED;
  readonly nonCanonical = NON_CANONICAL_X86;
  private readonly controls: X86Controls;
  /** Bit `level` is set where PS = 1 makes a leaf. */
  private readonly leafLevels: number;
  /** What a leaf says alone: G (if enabled), A, D, key. */
  private readonly leafOnly: number;
  private readonly shifts: Int32Array;
  private readonly reservedLo = new Int32Array(2 * POINTER);
  private readonly reservedHi = new Int32Array(2 * POINTER);
  /** Level of PAE's PDPTEs, which hold neither rights nor A; 0 in other modes. */
  private readonly bareLevel: number;
  private readonly allowed: AllowedMasks;

  constructor(mode: PagingMode, controls: X86Controls) {
    const is64bit = mode.vaBits > 32;
    this.mode = mode;
    this.controls = {
      ...controls,
      // Only 64-bit paging has protection keys, only 8-byte entries have XD.
      pke: controls.pke && is64bit,
      pks: controls.pks && is64bit,
      nxe: controls.nxe && mode.pteBytes === 8,
    };
    this.bareLevel = !is64bit && mode.pteBytes === 8 ? 3 : 0;
    this.allowed = new AllowedMasks((attributes, access, privilege) =>
      this.check(attributes, access, privilege),
    );
    this.leafOnly = ATTR_ACCESSED | ATTR_DIRTY | ATTR_KEY_MASK | (controls.pge ? ATTR_GLOBAL : 0);
    this.shifts = spanShifts(mode);
    const leafLevels = mode.leafLevels.filter(
      (level) =>
        !(level === 3 && !controls.pdpe1gb) &&
        !(mode.pteBytes === 4 && level === 2 && controls.pse === false),
    );
    this.leafLevels = leafLevels.reduce((mask, level) => mask | (1 << level), 0);
    for (let level = 1; level <= mode.levels; level++) {
      const span = this.shifts[level]!;
      this.reserve(level, reservedBits(mode, controls, level, true, span));
      this.reserve(level + POINTER, reservedBits(mode, controls, level, false, span));
    }
  }

  examine(lo: number, hi: number, level: number): Verdict {
    if ((lo & X86_P) === 0) return NOT_PRESENT;
    const leaf = level === 1 || ((lo & X86_PS) !== 0 && ((this.leafLevels >> level) & 1) !== 0);
    const kind = leaf ? level : level + POINTER;
    if (((lo & this.reservedLo[kind]!) | (hi & this.reservedHi[kind]!)) !== 0) return RESERVED;
    return leaf ? LEAF : NEXT_TABLE;
  }

  foldTable(attributes: number, lo: number, hi: number, level: number): number {
    return level === this.bareLevel ? attributes : attributes & this.mode.format.attributesOf(lo, hi);
  }

  touchedTable(lo: number, level: number): number {
    return level === this.bareLevel ? lo : lo | X86_A;
  }

  foldLeaf(attributes: number, lo: number, hi: number, level: number): number {
    const leaf = this.mode.format.attributesOf(lo, hi);
    return (leaf & (attributes | this.leafOnly)) | (this.shifts[level]! << ATTR_SIZE_SHIFT);
  }

  check(attributes: number, access: AccessType, privilege: Privilege): Refusal | null {
    return x86Refusal(attributes, access, privilege, this.controls);
  }

  allowedMask(attributes: number): number {
    return this.allowed.of(attributes);
  }

  touched(lo: number, access: AccessType): number {
    return lo | (access === STORE ? X86_A | X86_D : X86_A);
  }

  exception(refusal: Refusal, attributes: number, access: AccessType, privilege: Privilege) {
    if (refusal === NON_CANONICAL_X86) return { vector: VECTOR_GP, code: 0 };
    return {
      vector: VECTOR_PF,
      code: x86ErrorCode(refusal, attributes, access, privilege, this.controls),
    };
  }

  private reserve(kind: number, mask: bigint): void {
    this.reservedLo[kind] = lowWord(mask);
    this.reservedHi[kind] = highWord(mask);
  }
}
