import type { Pfn } from '../../core/addr.ts';
import { pageAddressHi, pageAddressLo } from '../../core/addr.ts';
import {
  ATTR_ACCESSED,
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_GLOBAL,
  ATTR_KEY_MASK,
  ATTR_KEY_SHIFT,
  ATTR_READ,
  ATTR_USER,
  ATTR_WRITE,
} from '../../core/attributes.ts';
import type { PteFormat } from './mode.ts';

/**
 * The 8-byte paging-structure entry of x86 (SDM vol. 3A, "Paging", formats of CR3 and paging-structure entries):
 *
 *   63 62 59 58 52 51                12 11  9  8  7   6 5  4   3   2   1  0
 *   +--+-----+-----+-------------------+-----+-+------+-+-+---+---+---+---+-+
 *   |XD| key |  -  |  PFN (bits 51:12) |  -  |G|PS/PAT|D|A|PCD|PWT|U/S|R/W|P|
 *   +--+-----+-----+-------------------+-----+-+------+-+-+---+---+---+---+-+
 *
 * PS stands in levels 2 and 3 (2 MiB and 1 GiB leaves); PAT in level 1, and at bit 12 of a larger leaf.
 */
export const X86_P = 1 << 0;
export const X86_RW = 1 << 1;
export const X86_US = 1 << 2;
export const X86_A = 1 << 5;
export const X86_D = 1 << 6;
export const X86_PS = 1 << 7;
export const X86_G = 1 << 8;
/** Bit 63, in the high word. */
export const X86_XD_HI = 1 << 31;
/** Bits 62:59, in the high word. */
export const X86_KEY_HI_SHIFT = 27;
/** Bits 51:32 of the physical address, in the high word. */
const PFN_HI = 0xfffff;

/** What Linux writes into a pointer to a table (`_PAGE_TABLE`): present, writable, user, accessed, dirty. */
const TABLE_FLAGS = X86_P | X86_RW | X86_US | X86_A | X86_D;

export const X86_FORMAT: PteFormat = {
  leafLo(pfn: Pfn, attributes: number, level: number): number {
    return (
      pageAddressLo(pfn) |
      X86_P |
      (attributes & ATTR_WRITE ? X86_RW : 0) |
      (attributes & ATTR_USER ? X86_US : 0) |
      (attributes & ATTR_ACCESSED ? X86_A : 0) |
      (attributes & ATTR_DIRTY ? X86_D : 0) |
      (attributes & ATTR_GLOBAL ? X86_G : 0) |
      (level > 1 ? X86_PS : 0)
    );
  },
  leafHi(pfn: Pfn, attributes: number): number {
    const key = (attributes & ATTR_KEY_MASK) >>> ATTR_KEY_SHIFT;
    return pageAddressHi(pfn) | (key << X86_KEY_HI_SHIFT) | (attributes & ATTR_EXEC ? 0 : X86_XD_HI);
  },
  tableLo: (pfn: Pfn) => pageAddressLo(pfn) | TABLE_FLAGS,
  tableHi: (pfn: Pfn) => pageAddressHi(pfn),
  isPresent: (lo: number) => (lo & X86_P) !== 0,
  isLeaf: (lo: number, _hi: number, level: number) => level === 1 || (level <= 3 && (lo & X86_PS) !== 0),
  pfnShift: 12,
  pfnOf: (lo: number, hi: number) => (hi & PFN_HI) * 0x100000 + (lo >>> 12),
  attributesOf(lo: number, hi: number): number {
    return (
      ATTR_READ |
      (lo & X86_RW ? ATTR_WRITE : 0) |
      (hi & X86_XD_HI ? 0 : ATTR_EXEC) |
      (lo & X86_US ? ATTR_USER : 0) |
      (lo & X86_G ? ATTR_GLOBAL : 0) |
      (lo & X86_A ? ATTR_ACCESSED : 0) |
      (lo & X86_D ? ATTR_DIRTY : 0) |
      (((hi >>> X86_KEY_HI_SHIFT) & 0xf) << ATTR_KEY_SHIFT)
    );
  },
  protectAnd: ~X86_RW,
  protectOr: 0,
  accessed: X86_A,
  dirty: X86_D,
  bitNames: (level: number) => [
    ['XD', 63],
    ['key', 62, 59],
    ['ignored', 58, 52],
    ['PFN', 51, 12],
    ['ignored', 11, 9],
    ['G', 8],
    [level === 1 ? 'PAT' : 'PS', 7],
    ['D', 6],
    ['A', 5],
    ['PCD', 4],
    ['PWT', 3],
    ['U/S', 2],
    ['R/W', 1],
    ['P', 0],
  ],
};
