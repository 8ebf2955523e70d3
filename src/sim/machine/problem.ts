/** One reason why a machine cannot be built; `path` is the dotted key that shows it best. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** Largest TLB array, in entries: real ones end at tens of thousands, and each entry costs host memory. */
export const MAX_ENTRIES = 1 << 20;
