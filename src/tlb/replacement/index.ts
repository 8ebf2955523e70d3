/** The replacement policies by the names of the machine file. */
export const REPLACEMENTS = ['lru', 'fifo', 'random', 'tree-plru', 'bit-plru', 'srrip'] as const;
export type Replacement = (typeof REPLACEMENTS)[number];
