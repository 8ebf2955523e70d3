import type { Arena } from '../../core/arena.ts';

/**
 * The order of use of up to 16 ways, four bits a way, in two int32 words a set: the newest in the lowest bits of the
 * first word, ever older ones above. Nibbles above the last way mean nothing. Every operation is a few shifts on words
 * that one host cache line holds.
 */
export const RECENCY_WAYS = 16;
const EACH_NIBBLE = 0x1111_1111;
const TOP_BITS = 0x8888_8888;

/** Orders for `sets` sets, way 0 oldest, so that free ways are taken from below. */
export function createRecency(sets: number, ways: number, arena: Arena): Int32Array {
  const words = arena.int32(2 * sets);
  for (let place = 0; place < ways; place++) {
    for (let at = place >> 3; at < words.length; at += 2) {
      words[at] = words[at]! | ((ways - 1 - place) << ((place & 7) * 4));
    }
  }
  return words;
}

/** The way that was used last; `at` is 2 x set, here and below. */
export function newestOf(words: Int32Array, at: number): number {
  return words[at]! & 15;
}

/** The oldest way, which becomes the newest: the order turns by one place. */
export function turn(words: Int32Array, at: number, ways: number): number {
  const last = ways - 1;
  const way = (words[at + (last >> 3)]! >>> ((last & 7) * 4)) & 15;
  const low = words[at]!;
  if (ways > 8) words[at + 1] = (words[at + 1]! << 4) | (low >>> 28);
  words[at] = (low << 4) | way;
  return way;
}

/** A way is used: it becomes the newest. */
export function touch(words: Int32Array, at: number, way: number): void {
  const low = words[at]!;
  const place = placeIn(low, way);
  if (place >= 0) {
    words[at] = lifted(low, place, way);
  } else {
    const high = words[at + 1]!;
    words[at + 1] = lifted(high, placeIn(high, way), low >>> 28);
    words[at] = (low << 4) | way;
  }
}

/** A way is free: it becomes the oldest of `ways`, the next to be taken. */
export function demote(words: Int32Array, at: number, way: number, ways: number): void {
  touch(words, at, way);
  const last = ways - 1;
  const shift = (last & 7) * 4;
  const low = words[at]!;
  if (ways <= 8) {
    words[at] = ((low >>> 4) & ~(15 << shift)) | (way << shift);
    return;
  }
  const high = words[at + 1]!;
  words[at] = (low >>> 4) | (high << 28);
  words[at + 1] = ((high >>> 4) & ~(15 << shift)) | (way << shift);
}

/** How many ways were used before this one and not since. */
export function placeFromOldest(words: Int32Array, at: number, way: number, ways: number): number {
  const low = placeIn(words[at]!, way);
  return ways - 1 - ((low >= 0 ? low : placeIn(words[at + 1]!, way) + 32) >> 2);
}

/** The bit at which a way stands in a word, -1 when it does not: the lowest nibble that is zero after an XOR. */
function placeIn(word: number, way: number): number {
  const difference = word ^ Math.imul(way, EACH_NIBBLE);
  const zero = (difference - EACH_NIBBLE) & ~difference & TOP_BITS;
  return zero === 0 ? -1 : 28 - Math.clz32(zero & -zero);
}

/** The word with the nibble at `place` taken out, those below it one place up, and `way` in front. */
function lifted(word: number, place: number, way: number): number {
  const below = (1 << place) - 1;
  return (word & ~(below | (15 << place))) | ((word & below) << 4) | way;
}
