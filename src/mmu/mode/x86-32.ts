import type { Pfn } from '../../core/addr.ts';
import type { PagingMode, PteFormat } from './mode.ts';
import { X86_FORMAT, X86_PS } from './x86-format.ts';

/** Bits 20:13 of a 4 MiB leaf are bits 39:32 of its address (PSE-36), bits 31:22 its bits 31:22. */
const PSE36_SHIFT = 13;

/** 4-byte entries: the low half of x86-format.ts, without XD and keys. */
const X86_32_FORMAT: PteFormat = {
  ...X86_FORMAT,
  leafLo(pfn: Pfn, attributes: number, level: number): number {
    const above4G = level > 1 ? (Math.floor(pfn / 0x100000) & 0xff) << PSE36_SHIFT : 0;
    return X86_FORMAT.leafLo(pfn % 0x100000, attributes, level) | above4G;
  },
  leafHi: () => 0,
  tableHi: () => 0,
  isLeaf: (lo: number, _hi: number, level: number) => level === 1 || (lo & X86_PS) !== 0,
  pfnShift: 12,
  pfnOf(lo: number, _hi: number, level = 1): Pfn {
    if (level === 1) return lo >>> 12;
    return ((lo >>> PSE36_SHIFT) & 0xff) * 0x100000 + ((lo >>> 22) << 10);
  },
  attributesOf: (lo: number) => X86_FORMAT.attributesOf(lo, 0),
  bitNames: (level: number) =>
    X86_FORMAT.bitNames(level)
      .filter(([, high]) => high < 32 || high === 51)
      .map((field) => (field[0] === 'PFN' ? (['PFN', 31, 12] as const) : field)),
};

/** 32-bit paging (SDM vol. 3A, "32-bit paging"): two tables of 1,024 entries, leaves of 4 KiB and (CR4.PSE) 4 MiB. */
export const X86_32: PagingMode = {
  name: 'x86-32',
  family: 'x86',
  levels: 2,
  indexBits: [10, 10],
  pteBytes: 4,
  vaBits: 32,
  canonical: false,
  leafLevels: [1, 2],
  format: X86_32_FORMAT,
};
