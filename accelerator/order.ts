// The order of use of the ways of a set: 16 nibbles in one word (src/tlb/replacement/recency.ts), or rings
// (src/core/lru-rings.ts).

const EACH_NIBBLE: u64 = ((<u64>0x11111111) << 32) | 0x11111111;
const TOP_BITS: u64 = EACH_NIBBLE << 3;

/** A way is used: it becomes the newest. */
export function touchNibbles(at: usize, way: i32): void {
  const word = load<u64>(at);
  const difference = word ^ (<u64>way * EACH_NIBBLE);
  const place = ctz((difference - EACH_NIBBLE) & ~difference & TOP_BITS) - 3;
  const below = ((<u64>1) << place) - 1;
  store<u64>(at, (word & ~(below | ((<u64>15) << place))) | ((word & below) << 4) | <u64>way);
}

export function oldestNibble(at: usize, ways: i32): i32 {
  return <i32>(load<u64>(at) >> ((ways - 1) << 2)) & 15;
}

/** The oldest way, which becomes the newest. */
export function turnNibbles(at: usize, ways: i32): i32 {
  const word = load<u64>(at);
  const way = (word >> ((ways - 1) << 2)) & 15;
  store<u64>(at, (word << 4) | way);
  return <i32>way;
}

export function ringOldest(newest: usize, newer: usize, set: i32): i32 {
  return load<i32>(newer + (load<i32>(newest + (set << 2)) << 2));
}

export function ringTurn(newest: usize, newer: usize, set: i32): i32 {
  const slot = ringOldest(newest, newer, set);
  store<i32>(newest + (set << 2), slot);
  return slot;
}

export function ringTouch(newestAt: usize, older: usize, newer: usize, set: i32, slot: i32): void {
  const newest = load<i32>(newestAt + (set << 2));
  if (slot === newest) return;
  const oldest = load<i32>(newer + (newest << 2));
  if (slot !== oldest) {
    const above = load<i32>(newer + (slot << 2));
    const below = load<i32>(older + (slot << 2));
    store<i32>(older + (above << 2), below);
    store<i32>(newer + (below << 2), above);
    store<i32>(older + (oldest << 2), slot);
    store<i32>(newer + (slot << 2), oldest);
    store<i32>(older + (slot << 2), newest);
    store<i32>(newer + (newest << 2), slot);
  }
  store<i32>(newestAt + (set << 2), slot);
}
