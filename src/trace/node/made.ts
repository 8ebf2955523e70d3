import { createHash } from 'node:crypto';
import type { InputError } from '../../core/errors.ts';
import type { Chunk } from '../chunk.ts';
import { ChunkBuilder } from '../chunk-builder.ts';
import { generate, generatorNamed } from '../generate/index.ts';
import type { TraceInfo, TraceSource } from '../source.ts';

/** What a made trace is made of: `pagewalk trace gen KIND values --seed --count`. */
export interface Recipe {
  readonly kind: string;
  readonly values: Readonly<Record<string, number>>;
  readonly seed: number;
  /** Accesses at which it ends. */
  readonly count: number;
}

/** A made trace without a file: the chunks that `trace gen` would write. */
export class MadeTrace implements TraceSource {
  readonly info: TraceInfo;
  readonly bytesRead = 0;
  readonly damage: InputError | null = null;
  readonly #recipe: Recipe;
  readonly #builder = new ChunkBuilder();

  constructor(recipe: Recipe) {
    this.#recipe = recipe;
    this.info = {
      path: recipeText(recipe),
      format: 'made',
      compression: 'plain',
      bytes: null,
      properties: {},
      mapped: true,
    };
  }

  get regions() {
    return this.#builder.regions;
  }

  get statistics() {
    return this.#builder.statistics;
  }

  async *chunks(): AsyncGenerator<Chunk, void, undefined> {
    const { kind, values, seed, count } = this.#recipe;
    yield* generate(generatorNamed(kind), values, seed, count, this.#builder);
  }

  /** Of the recipe, from which everything follows: there are no stored bytes. */
  async sha256(): Promise<string> {
    return createHash('sha256').update(this.info.path).digest('hex');
  }

  async close(): Promise<void> {}
}

/** The recipe as the words of a command line. */
function recipeText({ kind, values, seed, count }: Recipe): string {
  const words = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return [kind, ...words, `seed=${seed}`, `count=${count}`].join(' ');
}
