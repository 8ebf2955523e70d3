/**
 * Bit pseudo-LRU (also called MRU or NRU): one bit a way, set on use; when the last zero would vanish, all others
 * are cleared. The victim is the lowest way whose bit is zero.
 */

export function touchBitPlru(bits: Uint8Array, base: number, ways: number, way: number): void {
  bits[base + way] = 1;
  for (let other = 0; other < ways; other++) if (bits[base + other] === 0) return;
  bits.fill(0, base, base + ways);
  bits[base + way] = 1;
}

/** The lowest way not used lately; way 0 in a set of one way. */
export function victimBitPlru(bits: Uint8Array, base: number, ways: number): number {
  for (let way = 0; way < ways; way++) if (bits[base + way] === 0) return way;
  return 0;
}
