import type { Rng } from '../../core/rng.ts';

/**
 * Draws ranks 0 .. n-1 with probability proportional to 1 / (rank + 1)^theta, after Gray et al., "Quickly Generating
 * Billion-Record Synthetic Databases" (SIGMOD 1994), as YCSB does; ranks beyond the first two are approximate.
 */
export class Zipf {
  readonly #n: number;
  readonly #theta: number;
  readonly #zetan: number;
  readonly #alpha: number;
  readonly #eta: number;

  /** @param skew 0 (uniform) .. 1; the formula has no value at 1, and takes the next below */
  constructor(n: number, skew: number) {
    const theta = Math.min(skew, 0.9999);
    this.#n = n;
    this.#theta = theta;
    this.#zetan = zeta(n, theta);
    this.#alpha = 1 / (1 - theta);
    this.#eta = (1 - (2 / n) ** (1 - theta)) / (1 - zeta(2, theta) / this.#zetan);
  }

  draw(rng: Rng): number {
    const u = rng.unit();
    const scaled = u * this.#zetan;
    if (scaled < 1) return 0;
    if (scaled < 1 + 0.5 ** this.#theta) return Math.min(1, this.#n - 1);
    return Math.min(this.#n - 1, Math.floor(this.#n * (this.#eta * u - this.#eta + 1) ** this.#alpha));
  }
}

/** Terms that are summed one by one; the rest is the integral, to within a millionth. */
const SUMMED = 100_000;

/** The sum of 1 / i^theta for i = 1 .. n. */
function zeta(n: number, theta: number): number {
  let sum = 0;
  const summed = Math.min(n, SUMMED);
  for (let i = 1; i <= summed; i++) sum += i ** -theta;
  if (n > summed) sum += ((n + 0.5) ** (1 - theta) - (summed + 0.5) ** (1 - theta)) / (1 - theta);
  return sum;
}

/** Puts rank `rank` of n anywhere among n places, always the same: hot items are not neighbours. */
export function scatter(rank: number, n: number): number {
  let x = Math.imul(rank ^ (rank >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) % n;
}
