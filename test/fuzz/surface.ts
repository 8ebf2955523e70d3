import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.ts';

/** A place where pagewalk takes what somebody else made. */
export interface Surface {
  readonly name: string;
  /** Times the usual limit that a case may take: for those that start a process of their own. */
  readonly patience?: number;
  /** Inputs that are right, or that once were a bug: what cases begin from. */
  seeds(): readonly Uint8Array[];
  /** One case; `null` when the surface has no more of them. */
  make(turn: number, random: Random, seeds: readonly Uint8Array[]): Buffer | null;
  /**
   * Takes an input as a user would give it; `folder` is empty and its own. Being refused (InputError) is fine;
   * anything else that is thrown is a bug.
   */
  take(input: Buffer, random: Random, folder: string): Promise<void>;
}

const CORPUS = new URL('./corpus/', import.meta.url).pathname;

/** The kept inputs of a surface. */
export function corpusOf(name: string): Uint8Array[] {
  return filesIn(join(CORPUS, name), /./);
}

export function filesIn(folder: string, wanted: RegExp): Uint8Array[] {
  return readdirSync(folder)
    .filter((file) => wanted.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file)));
}
