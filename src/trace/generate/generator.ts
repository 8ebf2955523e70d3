import type { Rng } from '../../core/rng.ts';
import type { Scene } from './scene.ts';

/** One number that a generator takes: `name=value` on the command line. */
export interface Parameter {
  readonly default: number;
  readonly help: string;
  readonly min: number;
  readonly max: number;
  /** `bytes` takes 64M and the like; `ratio` lies in 0..1; `count` is a whole number. */
  readonly unit: 'bytes' | 'ratio' | 'count';
}

export type Parameters = Readonly<Record<string, Parameter>>;
export type Values<P extends Parameters> = { readonly [Name in keyof P]: number };

/** A kind of made trace. */
export interface GeneratorKind {
  readonly name: string;
  readonly summary: string;
  readonly parameters: Parameters;
  /**
   * Sets the scene (processes, mappings), then goes on for ever. It yields whenever the scene is full, and asks after
   * every few accesses (at most 8).
   */
  readonly play: (
    scene: Scene,
    values: Readonly<Record<string, number>>,
    rng: Rng,
  ) => Generator<void, void, void>;
}

/** Joins the parameters of a kind with the code that reads them, so that the compiler checks their names. */
export function kind<P extends Parameters>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly parameters: P;
  readonly play: (scene: Scene, values: Values<P>, rng: Rng) => Generator<void, void, void>;
}): GeneratorKind {
  return definition as unknown as GeneratorKind;
}

export const bytes = (value: number, help: string): Parameter => ({
  default: value,
  help,
  min: 4096,
  max: 2 ** 38,
  unit: 'bytes',
});
export const ratio = (value: number, help: string): Parameter => ({
  default: value,
  help,
  min: 0,
  max: 1,
  unit: 'ratio',
});
export const count = (value: number, help: string, min = 1): Parameter => ({
  default: value,
  help,
  min,
  max: 2 ** 40,
  unit: 'count',
});
