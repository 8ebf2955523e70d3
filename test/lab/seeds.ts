import type { CodeLab, PaperLab } from '../../src/lab/lab.ts';
import { variantOf } from '../../src/lab/variant.ts';

/** The variants that every lab is held to. */
export const SEEDS: readonly number[] = Array.from({ length: 200 }, (_, seed) => seed);

/** Those of labs that ask for a program: `npm run test:labs` takes all, `npm test` every eighth, as each takes long. */
export const PROGRAM_SEEDS = process.env.ALL_SEEDS ? SEEDS : SEEDS.filter((seed) => seed % 8 === 0);

/** All of them, one after the other: some hold a megabyte of simulated memory. */
export function* variantsOf<I>(
  lab: PaperLab<I> | CodeLab<I>,
  seeds = SEEDS,
): Generator<[seed: number, variant: I]> {
  for (const seed of seeds) yield [seed, variantOf(lab, seed)];
}
