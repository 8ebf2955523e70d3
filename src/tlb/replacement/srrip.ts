/**
 * Static re-reference interval prediction, hit priority, 2 bits (Jaleel et al., "High Performance Cache Replacement
 * Using Re-Reference Interval Prediction (RRIP)", ISCA 2010): filled with 2 (long), 0 on a hit, evicted at 3
 * (distant), everybody ages until somebody is at 3.
 */
const LONG = 2;
const DISTANT = 3;

export function fillSrrip(bits: Uint8Array, slot: number): void {
  bits[slot] = LONG;
}

export function touchSrrip(bits: Uint8Array, slot: number): void {
  bits[slot] = 0;
}

/** The lowest way predicted distant, after ageing the set until there is one. */
export function victimSrrip(bits: Uint8Array, base: number, ways: number): number {
  let oldest = 0;
  for (let way = 0; way < ways; way++) if (bits[base + way]! > oldest) oldest = bits[base + way]!;
  const ageing = DISTANT - oldest;
  let victim = -1;
  for (let way = 0; way < ways; way++) {
    bits[base + way]! += ageing;
    if (victim < 0 && bits[base + way] === DISTANT) victim = way;
  }
  return victim;
}
