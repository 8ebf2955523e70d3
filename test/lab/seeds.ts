import type { CodeLab, PaperLab } from '../../src/lab/lab.ts';
import { variantOf } from '../../src/lab/variant.ts';

/** The variants that every lab is held to. */
export const SEEDS: readonly number[] = Array.from({ length: 200 }, (_, seed) => seed);

const drawn = new Map<string, [seed: number, variant: unknown][]>();

/** All of them, drawn once for each test file. */
export function variantsOf<I>(lab: PaperLab<I> | CodeLab<I>): [seed: number, variant: I][] {
  let variants = drawn.get(lab.id);
  if (!variants) {
    variants = SEEDS.map((seed) => [seed, variantOf(lab, seed)]);
    drawn.set(lab.id, variants);
  }
  return variants as [number, I][];
}
