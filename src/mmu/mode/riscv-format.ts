import type { Pfn } from '../../core/addr.ts';
import { ATTR_MEMTYPE_SHIFT, sizeShiftOf } from '../../core/attributes.ts';
import type { PteFormat } from './mode.ts';

/**
 * The PTE of RISC-V (privileged manual, "Sv32" and "Sv39"), at every level. Its permission bits are the folded
 * attributes of core/attributes.ts shifted up by one.
 *
 *        63 62  61 60    54 53           10 9   8 7 6 5 4 3 2 1 0
 *        +-+------+--------+---------------+-----+-+-+-+-+-+-+-+-+
 *   Sv39 |N| PBMT |reserved|      PPN      | RSW |D|A|G|U|X|W|R|V|
 *        +-+------+--------+---------------+-----+-+-+-+-+-+-+-+-+
 *   Sv32 has PPN in bits 31:10 and nothing above. R = W = X = 0 points to the next table.
 */
export const RISCV_V = 1 << 0;
export const RISCV_R = 1 << 1;
export const RISCV_W = 1 << 2;
export const RISCV_X = 1 << 3;
export const RISCV_U = 1 << 4;
export const RISCV_A = 1 << 6;
export const RISCV_D = 1 << 7;
/** Bit 63 (Svnapot), in the high word. */
export const RISCV_N_HI = 1 << 31;
/** Bits 62:61 (Svpbmt), in the high word. */
export const RISCV_PBMT_HI_SHIFT = 29;

/** The one Svnapot size there is: 64 KiB, written as PPN[3:0] = 1000. */
const NAPOT_SHIFT = 4;
const NAPOT_CODE = 0b1000;
const NAPOT_PPN_BITS = 0b1111;

/** Attribute bits R..D (0..6) of a PTE. */
const ATTRIBUTE_BITS = 0x7f;

function ppnOf(pfn: Pfn, attributes: number): number {
  return sizeShiftOf(attributes) === NAPOT_SHIFT ? pfn + NAPOT_CODE : pfn;
}

const leafLo = (pfn: Pfn, attributes: number): number =>
  (ppnOf(pfn, attributes) << 10) | ((attributes & ATTRIBUTE_BITS) << 1) | RISCV_V;

const shared = {
  leafLo,
  tableLo: (pfn: Pfn) => (pfn << 10) | RISCV_V,
  pfnShift: 10,
  isPresent: (lo: number) => (lo & RISCV_V) !== 0,
  isLeaf: (lo: number) => (lo & (RISCV_R | RISCV_W | RISCV_X)) !== 0,
  protectAnd: ~RISCV_W,
  protectOr: 0,
  accessed: RISCV_A,
  dirty: RISCV_D,
};

const LOW_BIT_NAMES = [
  ['RSW', 9, 8],
  ['D', 7],
  ['A', 6],
  ['G', 5],
  ['U', 4],
  ['X', 3],
  ['W', 2],
  ['R', 1],
  ['V', 0],
] as const;

/** Sv39, Sv48, Sv57. A leaf whose attributes span 64 KiB is written as Svnapot; its frame must be 16-aligned. */
export const RISCV64_FORMAT: PteFormat = {
  ...shared,
  leafHi: (pfn: Pfn, attributes: number) =>
    Math.floor(pfn / 0x400000) |
    (((attributes >>> ATTR_MEMTYPE_SHIFT) & 3) << RISCV_PBMT_HI_SHIFT) |
    (sizeShiftOf(attributes) === NAPOT_SHIFT ? RISCV_N_HI : 0),
  tableHi: (pfn: Pfn) => Math.floor(pfn / 0x400000),
  pfnOf(lo: number, hi: number): Pfn {
    const ppn = (hi & 0x3fffff) * 0x400000 + (lo >>> 10);
    return hi & RISCV_N_HI ? ppn - ((lo >>> 10) & NAPOT_PPN_BITS) : ppn;
  },
  attributesOf: (lo: number, hi: number) =>
    ((lo >>> 1) & ATTRIBUTE_BITS) | (((hi >>> RISCV_PBMT_HI_SHIFT) & 3) << ATTR_MEMTYPE_SHIFT),
  bitNames: () => [['N', 63], ['PBMT', 62, 61], ['reserved', 60, 54], ['PPN', 53, 10], ...LOW_BIT_NAMES],
};

/** Sv32: 4-byte entries, 22-bit PPN (34-bit physical addresses). */
export const RISCV32_FORMAT: PteFormat = {
  ...shared,
  leafHi: () => 0,
  tableHi: () => 0,
  pfnOf: (lo: number) => lo >>> 10,
  attributesOf: (lo: number) => (lo >>> 1) & ATTRIBUTE_BITS,
  bitNames: () => [['PPN', 31, 10], ...LOW_BIT_NAMES],
};
