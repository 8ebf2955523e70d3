/** The variants that every lab is held to. */
export const SEEDS: readonly number[] = Array.from({ length: 200 }, (_, seed) => seed);
