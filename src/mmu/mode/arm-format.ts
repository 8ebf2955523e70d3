import type { Pfn } from '../../core/addr.ts';
import { pageAddressHi, pageAddressLo } from '../../core/addr.ts';
import {
  ATTR_ACCESSED,
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_GLOBAL,
  ATTR_READ,
  ATTR_USER,
  ATTR_WRITE,
} from '../../core/attributes.ts';
import type { PteFormat } from './mode.ts';

/**
 * The stage 1 descriptor of Armv8-A with 4 KiB pages (Arm ARM, "VMSAv8-64 translation table descriptor formats"):
 *
 *          63    62 61    60   59  58 55  54  53 52  51 50  48 47        12 11 10 9 8 7   6 5  4    2  1   0
 *   table  NSTab APTable UXNTab PXNTab                        PFN (47:12)                              1   1
 *   block                          -     UXN PXN C DBM   -    PFN (47:12)   nG AF  SH AP[2:1] NS Attr  0   1
 *   page   the same, with type 11 (level 1 only, which Arm calls level 3)
 */
export const ARM_VALID = 1 << 0;
/** In a valid descriptor: a table, or in the last table a page; clear: a block. */
export const ARM_TYPE = 1 << 1;
/** EL0 may access. */
export const ARM_AP1 = 1 << 6;
/** Read-only. */
export const ARM_AP2 = 1 << 7;
export const ARM_AF = 1 << 10;
export const ARM_NG = 1 << 11;
/** In the high word: bits 51, 53, 54. */
export const ARM_DBM_HI = 1 << 19;
export const ARM_PXN_HI = 1 << 21;
export const ARM_UXN_HI = 1 << 22;
/** In the high word of a table descriptor: bits 59 to 62. */
export const ARM_PXN_TABLE_HI = 1 << 27;
export const ARM_UXN_TABLE_HI = 1 << 28;
export const ARM_NO_EL0_TABLE_HI = 1 << 29;
export const ARM_READ_ONLY_TABLE_HI = 1 << 30;
/** Bits 47:32 of the address, in the high word. */
const PFN_HI = 0xffff;

/**
 * There is no dirty bit: a writable page counts as dirty (DBM, which hardware dirty tracking would need, is left clear).
 * Execution is written for the page's own level: PXN in user pages, UXN in supervisor pages.
 */
export const ARM_FORMAT: PteFormat = {
  leafLo(pfn: Pfn, attributes: number, level: number): number {
    return (
      pageAddressLo(pfn) |
      ARM_VALID |
      (level === 1 ? ARM_TYPE : 0) |
      (attributes & ATTR_USER ? ARM_AP1 : 0) |
      (attributes & ATTR_WRITE ? 0 : ARM_AP2) |
      (attributes & ATTR_ACCESSED ? ARM_AF : 0) |
      (attributes & ATTR_GLOBAL ? 0 : ARM_NG)
    );
  },
  leafHi(pfn: Pfn, attributes: number): number {
    const own = attributes & ATTR_USER ? ARM_UXN_HI : ARM_PXN_HI;
    const never = (ARM_UXN_HI | ARM_PXN_HI) & ~own;
    return pageAddressHi(pfn) | never | (attributes & ATTR_EXEC ? 0 : own);
  },
  tableLo: (pfn: Pfn) => pageAddressLo(pfn) | ARM_VALID | ARM_TYPE,
  tableHi: (pfn: Pfn) => pageAddressHi(pfn),
  isPresent: (lo: number) => (lo & ARM_VALID) !== 0,
  isLeaf: (lo: number, _hi: number, level: number) => level === 1 || (lo & ARM_TYPE) === 0,
  pfnShift: 12,
  pfnOf: (lo: number, hi: number) => (hi & PFN_HI) * 0x100000 + (lo >>> 12),
  attributesOf(lo: number, hi: number): number {
    const neverExecuted = lo & ARM_AP1 ? ARM_UXN_HI : ARM_PXN_HI;
    return (
      ATTR_READ |
      (lo & ARM_AP2 ? 0 : ATTR_WRITE | ATTR_DIRTY) |
      (hi & neverExecuted ? 0 : ATTR_EXEC) |
      (lo & ARM_AP1 ? ATTR_USER : 0) |
      (lo & ARM_NG ? 0 : ATTR_GLOBAL) |
      (lo & ARM_AF ? ATTR_ACCESSED : 0)
    );
  },
  protectAnd: ~0,
  protectOr: ARM_AP2,
  accessed: ARM_AF,
  dirty: 0,
  bitNames: (level: number) => [
    ['NSTable', 63],
    ['APTable', 62, 61],
    ['UXNTable', 60],
    ['PXNTable', 59],
    ['ignored', 58, 55],
    ['UXN', 54],
    ['PXN', 53],
    ['contiguous', 52],
    ['DBM', 51],
    ['reserved', 50, 48],
    ['PFN', 47, 12],
    ['nG', 11],
    ['AF', 10],
    ['SH', 9, 8],
    ['AP', 7, 6],
    ['NS', 5],
    ['AttrIndx', 4, 2],
    [level === 1 ? 'page' : 'table', 1],
    ['valid', 0],
  ],
};
