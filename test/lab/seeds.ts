import type { CodeLab, PaperLab } from '../../src/lab/lab.ts';
import { variantOf } from '../../src/lab/variant.ts';

/** The variants that every lab is held to. */
export const SEEDS: readonly number[] = Array.from({ length: 200 }, (_, seed) => seed);

/** All of them, one after the other: some hold a megabyte of simulated memory. */
export function* variantsOf<I>(lab: PaperLab<I> | CodeLab<I>): Generator<[seed: number, variant: I]> {
  for (const seed of SEEDS) yield [seed, variantOf(lab, seed)];
}
