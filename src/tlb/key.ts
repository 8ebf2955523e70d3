import { REGION_PAGES } from '../core/addr.ts';

/**
 * The key of a page in a TLB: ASID, region (4 GiB of address space, interned) and the low 20 bits of the VPN.
 *
 *   packed  30      26 25        20 19                 0
 *          +----------+------------+--------------------+
 *          | ASID (5) | region (6) |    VPN bits 19..0  |      fits an int32
 *          +----------+------------+--------------------+
 *   wide: the same sum with 17 bits of region and 12 of ASID, in a double
 *
 * A tag is the key without the bits inside the page, made distinct by size: a unified STLB holds several sizes.
 */
const PACKED_ASIDS = 32;
export const PACKED_KEY_REGIONS = 64;
export const WIDE_ASIDS = 4096;
export const WIDE_KEY_REGIONS = 131072;

export const PACKED_ASID_SHIFT = 26;
const PACKED_ASID_UNIT = 2 ** PACKED_ASID_SHIFT;
export const WIDE_ASID_UNIT = WIDE_KEY_REGIONS * REGION_PAGES;
const WIDE_SIZE_UNIT = WIDE_ASIDS * WIDE_ASID_UNIT;

/** The ASID under which entries of global pages stand: they match in every address space. */
export const PACKED_GLOBAL_ASID = PACKED_ASIDS - 1;
export const WIDE_GLOBAL_ASID = WIDE_ASIDS - 1;

/**
 * Size shifts that TLB entries can have; larger leaves (512G, 256T) are cached in pieces of the largest size that
 * a TLB holds. The offsets keep packed tags of different sizes apart and below EMPTY = -1.
 */
export const TLB_SIZE_SHIFTS = [0, 4, 9, 10, 18] as const;
const PACKED_SIZE_BASE: Record<number, number> = {
  0: 0,
  4: -0x7000_0000,
  9: -0x8000_0000,
  10: -0x7f00_0000,
  18: -0x7e00_0000,
};
const WIDE_SIZE_CODE: Record<number, number> = { 0: 0, 4: 1, 9: 2, 10: 3, 18: 4 };

export function packedKey(asid: number, region: number, low: number): number {
  return (asid << PACKED_ASID_SHIFT) | (region << 20) | low;
}

export function wideKey(asid: number, region: number, low: number): number {
  return asid * WIDE_ASID_UNIT + region * REGION_PAGES + low;
}

export function packedTag(key: number, shift: number): number {
  return (key >>> shift) + PACKED_SIZE_BASE[shift]!;
}

export function wideTag(key: number, shift: number): number {
  return Math.floor(key / 2 ** shift) + WIDE_SIZE_CODE[shift]! * WIDE_SIZE_UNIT;
}

/** What a tag says, for viewers, range invalidation and widening. `low` is that of the first page of the entry. */
export interface TagParts {
  shift: number;
  asid: number;
  region: number;
  low: number;
}

export function partsOfTag(tag: number, wide: boolean): TagParts {
  const { shift, key } = wide ? unpackWide(tag) : unpackPacked(tag);
  const unit = wide ? WIDE_ASID_UNIT : PACKED_ASID_UNIT;
  const asid = Math.floor(key / unit);
  const inSpace = key - asid * unit;
  const region = Math.floor(inSpace / REGION_PAGES);
  return { shift, asid, region, low: inSpace - region * REGION_PAGES };
}

function unpackPacked(tag: number): { shift: number; key: number } {
  if (tag >= 0) return { shift: 0, key: tag };
  const shift =
    tag >= PACKED_SIZE_BASE[4]!
      ? 4
      : tag >= PACKED_SIZE_BASE[18]!
        ? 18
        : tag >= PACKED_SIZE_BASE[10]!
          ? 10
          : 9;
  return { shift, key: (tag - PACKED_SIZE_BASE[shift]!) * 2 ** shift };
}

function unpackWide(tag: number): { shift: number; key: number } {
  const code = Math.floor(tag / WIDE_SIZE_UNIT);
  const shift = TLB_SIZE_SHIFTS[code]!;
  return { shift, key: (tag - code * WIDE_SIZE_UNIT) * 2 ** shift };
}
