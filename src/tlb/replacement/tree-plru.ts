/**
 * Tree pseudo-LRU: a binary tree of one bit per inner node over the ways (a power of two). A bit points towards
 * the half that was used longer ago. `bits[base + 1]` is the root, node n has children 2n and 2n+1; slot base+0 is
 * unused, so a set needs `ways` bytes. (Intel and Arm manuals name it; the layout is the heap's.)
 */

/** Makes every node on the way to `way` point away from it. */
export function touchTreePlru(bits: Uint8Array, base: number, ways: number, way: number): void {
  for (let node = way + ways; node > 1; node >>= 1) bits[base + (node >> 1)] = (node & 1) ^ 1;
}

/** Follows the bits from the root to the victim way; changes nothing. */
export function victimTreePlru(bits: Uint8Array, base: number, ways: number): number {
  let node = 1;
  while (node < ways) node = node * 2 + bits[base + node]!;
  return node - ways;
}
