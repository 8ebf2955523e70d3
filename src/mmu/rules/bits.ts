/** Bits `high`..`low` set, of a 64-bit word; none when `high` < `low`. For masks that are compiled once. */
export function bitRange(high: number, low: number): bigint {
  return high < low ? 0n : ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
}

/** The low half of a 64-bit mask as the signed word that PTE halves are. */
export function lowWord(mask: bigint): number {
  return Number(BigInt.asIntN(32, mask));
}

/** The high half of a 64-bit mask as a signed word. */
export function highWord(mask: bigint): number {
  return Number(BigInt.asIntN(32, mask >> 32n));
}
