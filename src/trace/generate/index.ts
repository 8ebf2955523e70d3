import { InputError, nearest } from '../../core/errors.ts';
import { Rng } from '../../core/rng.ts';
import type { Chunk } from '../chunk.ts';
import { ChunkBuilder } from '../chunk-builder.ts';
import { forkRewrite } from './fork-rewrite.ts';
import { forkServer } from './fork-server.ts';
import { garbageCollected } from './garbage-collected.ts';
import type { GeneratorKind, Parameter } from './generator.ts';
import { pageProbe } from './page-probe.ts';
import { pointerChase } from './pointer-chase.ts';
import { prefork } from './prefork.ts';
import { redisSnapshot } from './redis-snapshot.ts';
import { Scene } from './scene.ts';
import { sequential } from './sequential.ts';
import { shell } from './shell.ts';
import { stencil } from './stencil.ts';
import { stride } from './stride.ts';
import { uniform } from './uniform.ts';
import { zipfian } from './zipfian.ts';
import { zygote } from './zygote.ts';

/** Every kind of made trace: first single access patterns, then processes. */
export const GENERATORS: readonly GeneratorKind[] = [
  sequential,
  stride,
  uniform,
  zipfian,
  pointerChase,
  stencil,
  pageProbe,
  redisSnapshot,
  zygote,
  forkServer,
  forkRewrite,
  shell,
  prefork,
  garbageCollected,
];

/** The kind of that name. */
export function generatorNamed(name: string): GeneratorKind {
  const found = GENERATORS.find((generator) => generator.name === name);
  if (found) return found;
  const names = GENERATORS.map((generator) => generator.name);
  const close = nearest(name, names);
  throw new InputError(`no kind of trace is called '${name}'`, {
    remedy: close ? `did you mean '${close}'?` : `kinds: ${names.join(', ')}`,
  });
}

/** The values of a kind's parameters from words such as `size=64M`. */
export function parameterValues(
  { name, parameters }: GeneratorKind,
  words: readonly string[],
): Record<string, number> {
  const values = Object.fromEntries(
    Object.entries(parameters).map(([key, parameter]) => [key, parameter.default]),
  );
  for (const word of words) {
    const [key = '', text = ''] = word.split(/=(.*)/s);
    const parameter = parameters[key];
    if (!parameter || !word.includes('=')) {
      const close = nearest(key, Object.keys(parameters));
      throw new InputError(`'${name}' takes no '${word}'`, {
        remedy: close
          ? `${close}=VALUE?`
          : `it takes ${Object.keys(parameters).join(', ')}, each as name=value`,
      });
    }
    values[key] = parameterValue(key, text, parameter);
  }
  return values;
}

const SUFFIXES: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

function parameterValue(key: string, text: string, { unit, min, max }: Parameter): number {
  const parts = /^(\d+(?:\.\d+)?)([KMGT]?)$/i.exec(text);
  const value = parts ? Number(parts[1]) * SUFFIXES[parts[2]!.toUpperCase()]! : Number.NaN;
  const whole = unit === 'ratio' || Number.isInteger(value);
  if (whole && value >= min && value <= max) return value;
  const example =
    unit === 'bytes' ? 'bytes, such as 64M' : unit === 'ratio' ? 'a share, such as 0.3' : 'a whole number';
  throw new InputError(`${key}=${text}: it takes ${example}, from ${min} to ${max}`);
}

/**
 * Makes a trace: the same kind, values and seed give the same one everywhere.
 * @param accesses at which it ends (a modify counts as two)
 * @param builder what it is made in, whose statistics count it
 */
export function* generate(
  kind: GeneratorKind,
  values: Readonly<Record<string, number>>,
  seed: number,
  accesses: number,
  builder = new ChunkBuilder(),
): Generator<Chunk, void, undefined> {
  const scene = new Scene(builder, accesses);
  for (const _ of kind.play(scene, values, new Rng(seed))) {
    yield builder.chunk;
    builder.clear();
    if (scene.finished) return;
  }
}
