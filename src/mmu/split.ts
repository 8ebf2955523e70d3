import type { Vpn } from '../core/addr.ts';

/**
 * A VPN has up to 52 bits, more than an int32. The walker splits it once, at bit 27: that is a boundary between two
 * levels in every mode with nine index bits, so that each index comes out of one half with a shift and a mask.
 *
 *   51            27 26             0
 *   +---------------+----------------+
 *   |     high      |      low       |
 *   +---------------+----------------+
 */
export const LOW_BITS = 27;
const LOW_MASK = 2 ** LOW_BITS - 1;
const HIGH_UNIT = 2 ** -LOW_BITS;

export function lowOf(vpn: Vpn): number {
  return vpn & LOW_MASK;
}

export function highOf(vpn: Vpn): number {
  return ((vpn - (vpn & LOW_MASK)) * HIGH_UNIT) | 0;
}

/** The index that stands `shift` bits up in a split VPN. */
export function indexIn(low: number, high: number, shift: number, mask: number): number {
  return (shift < LOW_BITS ? low >>> shift : high >>> (shift - LOW_BITS)) & mask;
}
