import { type CellSetter, redoChanges, undoChanges, WORDS_PER_CHANGE } from './changes.ts';

/** Steps of the shortest stretch, and how many stretches make one of the next level. */
const SHORTEST = 256;
const FACTOR = 16;

/**
 * Net changes of stretches of 256, 4096, 65536, ... steps, in the form of the journal, so that a jump over a million
 * steps takes as many changes as there are cells that differ, not as many as were made on the way. Stretch k of a
 * level begins at step k * its length.
 */
export class Strides {
  readonly #levels: Float64Array[][] = [];

  /** Tells that `steps` steps are complete. @param logOf the changes of steps [from, to) */
  complete(steps: number, logOf: (from: number, to: number) => Float64Array): void {
    if (steps === 0 || steps % SHORTEST !== 0) return;
    this.#add(0, [logOf(steps - SHORTEST, steps)]);
    for (let level = 0; this.#levels[level]!.length % FACTOR === 0; level++)
      this.#add(level + 1, this.#levels[level]!.slice(-FACTOR));
  }

  /** Takes the longest stretch that leads from a step towards another, not past it; its steps, 0 without one. */
  leap(from: number, to: number, set: CellSetter): number {
    for (let level = this.#levels.length - 1; level >= 0; level--) {
      const length = SHORTEST * FACTOR ** level;
      if (from % length !== 0 || Math.abs(to - from) < length) continue;
      const isForth = to > from;
      const net = this.#levels[level]![from / length - (isForth ? 0 : 1)];
      if (net === undefined) continue;
      if (isForth) redoChanges(net, 0, net.length, set);
      else undoChanges(net, 0, net.length, set);
      return length;
    }
    return 0;
  }

  #add(level: number, parts: readonly Float64Array[]): void {
    this.#levels[level] ??= [];
    this.#levels[level].push(netOf(parts));
  }
}

/** Each cell once: what it was before the first change and is after the last, where these differ. */
function netOf(parts: readonly Float64Array[]): Float64Array {
  const places = new Map<number, number>();
  const net: number[] = [];
  for (const part of parts)
    for (let at = 0; at < part.length; at += WORDS_PER_CHANGE) {
      const place = places.get(part[at]!);
      if (place !== undefined) net[place + 2] = part[at + 2]!;
      else places.set(part[at]!, net.push(part[at]!, part[at + 1]!, part[at + 2]!) - WORDS_PER_CHANGE);
    }
  let length = 0;
  for (let at = 0; at < net.length; at += WORDS_PER_CHANGE) {
    if (net[at + 1] === net[at + 2]) continue;
    for (let word = 0; word < WORDS_PER_CHANGE; word++) net[length++] = net[at + word]!;
  }
  return Float64Array.from(net.slice(0, length));
}
