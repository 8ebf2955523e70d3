/**
 * Addresses as numbers that cannot be mixed up.
 *
 *   virtual address    63            12 11         0
 *                      +---------------+------------+
 *                      |  VPN (52 bit) |   offset   |
 *                      +---------------+------------+
 *
 * A 64-bit address does not fit a double; a 52-bit VPN or PFN does, exactly. So an address travels as
 * (vpn, offset), and BigInt appears only where text is parsed or printed.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = number & { readonly [brand]?: Name };

/** Virtual page number of a 4 KiB page: the address divided by 4096, 0 .. 2^52-1, sign-extension bits included. */
export type Vpn = Branded<'Vpn'>;
/** Physical frame number of a 4 KiB frame, 0 .. 2^40-1. */
export type Pfn = Branded<'Pfn'>;
/** Address-space identifier as the TLB tags it (PCID, ASID), 0 .. 65535. */
export type Asid = Branded<'Asid'>;
/** A point in simulated time or a duration, in core cycles; an exact integer below 2^53. */
export type Cycle = Branded<'Cycle'>;

export const PAGE_SHIFT = 12;
export const PAGE_BYTES = 4096;
/** 2^20: a VPN is `region * REGION_PAGES + low 20 bits`, a region being 4 GiB of address space. */
export const REGION_PAGES = 0x100000;

/** Splits a 64-bit virtual address. Only for edges: parsing, printing, tests. */
export function splitAddress(va: bigint): { vpn: Vpn; offset: number } {
  const unsigned = BigInt.asUintN(64, va);
  return { vpn: Number(unsigned >> 12n), offset: Number(unsigned & 0xfffn) };
}

/** The inverse of {@link splitAddress}. */
export function joinAddress(vpn: Vpn, offset: number): bigint {
  return (BigInt(vpn) << 12n) | BigInt(offset);
}

/** `0x` and lower-case digits, no padding, as Linux prints addresses. */
export function formatAddress(vpn: Vpn, offset: number): string {
  return `0x${joinAddress(vpn, offset).toString(16)}`;
}

/** Low 32 bits of `page * 4096` as a signed 32-bit word: the low half of a PTE's address field. */
export function pageAddressLo(page: number): number {
  return (page << 12) | 0;
}

/** High 32 bits of `page * 4096`, for pages up to 2^52-1. */
export function pageAddressHi(page: number): number {
  return Math.floor(page / REGION_PAGES) | 0;
}
