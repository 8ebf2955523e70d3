import { availableParallelism } from 'node:os';
import type { Argv } from 'yargs';
import { InputError } from '../core/errors.ts';
import { type CompareRequest, compare } from '../sim/compare/compare.ts';
import type { Comparison } from '../sim/compare/comparison.ts';
import { type Axis, combinationsOf, listOf, settingAxis } from '../sim/compare/grid.ts';
import type { NamedTrace } from '../sim/compare/origin.ts';
import { openTrace } from '../trace/node/open.ts';
import { PointProgress } from './progress.ts';
import { checkStretch, nothingCounted, type Stretch, stretchOptions } from './stretch.ts';
import { packageVersion } from './version.ts';

/** What `compare` and `sweep` are told alike: the trace, what to vary, how to run. */
export interface CompareArguments extends Stretch {
  words: string[];
  gen: string | undefined;
  count: number;
  seed: number;
  repeat: number;
  format: string | undefined;
  policy: string[] | undefined;
  machine: string[];
  kernel: string[] | undefined;
  costs: string[] | undefined;
  set: string[] | undefined;
  jobs: number | undefined;
}

export function compareOptions<T>(yargs: Argv<T>) {
  return stretchOptions(
    yargs
      .positional('words', {
        type: 'string',
        array: true,
        default: [],
        describe: 'a trace file, - for standard input; with --gen name=value ...',
      })
      .option('policy', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'policies, by commas: presets (pagewalk policies), files, modules',
      })
      .option('machine', {
        type: 'string',
        array: true,
        default: ['skylake'],
        requiresArg: true,
        describe: 'machines, by commas: presets (pagewalk machines), files',
      })
      .option('kernel', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'demand, linux, or both by commas',
      })
      .option('costs', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: "what Linux's work costs: presets or files of `pagewalk calibrate -o`, by commas",
      })
      .option('set', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'values of a constant of the machine: key=1,2,4',
      })
      .option('gen', {
        type: 'string',
        requiresArg: true,
        describe: 'make the trace: a kind of `pagewalk trace gen`, with its values and the two options below',
      })
      .option('count', {
        type: 'number',
        default: 1_000_000,
        requiresArg: true,
        describe: 'of --gen: accesses',
      })
      .option('seed', { type: 'number', default: 1, requiresArg: true, describe: 'of --gen: the first seed' })
      .option('repeat', {
        type: 'number',
        default: 1,
        requiresArg: true,
        describe: 'of --gen: as many seeds, one after another; shows mean and spread',
      })
      .option('format', {
        type: 'string',
        requiresArg: true,
        describe: 'the trace format, if not by content',
      })
      .option('jobs', {
        alias: 'j',
        type: 'number',
        requiresArg: true,
        describe: 'runs at the same time; without it one for each core',
      }),
  );
}

/** What the arguments vary, in the order in which the table names it: machine, kernel, policy, costs, settings. */
export function axesOf({ policy, machine, kernel, costs, set }: CompareArguments): Axis[] {
  const lists: [string, readonly string[] | undefined][] = [
    ['machine', machine],
    ['kernel', kernel],
    ['policy', policy],
    ['costs', costs],
  ];
  return [
    ...lists.flatMap(([name, texts]) => (texts ? [{ name, values: texts.flatMap(listOf) }] : [])),
    ...(set ?? []).map(settingAxis),
  ];
}

/**
 * Runs what the arguments ask for, with progress on standard error.
 * @throws InputError for wrong arguments and for what compare() says
 */
export async function runComparison(options: CompareArguments, axes: readonly Axis[]): Promise<Comparison> {
  checkStretch(options);
  const jobs = whole('jobs', options.jobs ?? availableParallelism());
  const points = combinationsOf(axes).length;
  if (points < 2)
    throw new InputError('there is only one point, and nothing to compare it with', {
      remedy: 'give a list, for example --policy linux-6.18,on-demand-fork; `pagewalk run` runs one point',
    });
  const repeat = whole('repeat', options.repeat);
  const trace = await traceOf(options);
  const request: CompareRequest = {
    trace,
    ...(trace.kind === 'made' &&
      repeat > 1 && { seeds: Array.from({ length: repeat }, (_, i) => trace.recipe.seed + i) }),
    axes,
    jobs,
    version: packageVersion(),
    warmup: options.warmup,
    ...(options.limit !== undefined && { limit: options.limit }),
  };
  const progress = new PointProgress();
  try {
    const comparison = await compare({ ...request, onProgress: (done, all) => progress.update(done, all) });
    const { accesses, path } = comparison.points[0]!.results[0]!.trace;
    if (accesses === 0) throw nothingCounted({ trace: path, warmup: options.warmup });
    return comparison;
  } finally {
    progress.stop();
  }
}

async function traceOf({ words, gen, count, seed, repeat, format }: CompareArguments): Promise<NamedTrace> {
  if (gen !== undefined) {
    const { generatorNamed, parameterValues } = await import('../trace/generate/index.ts');
    const kind = generatorNamed(gen);
    const values = parameterValues(kind, words);
    return {
      kind: 'made',
      recipe: { kind: kind.name, values, seed: whole('seed', seed, 0), count: whole('count', count) },
    };
  }
  const [path, more] = words;
  if (path === undefined)
    throw new InputError('no trace is named', { remedy: 'name a file, or make one with --gen KIND' });
  if (more !== undefined)
    throw new InputError(`'${more}' is one trace too many`, {
      remedy: 'one trace is run at every point; name=value words belong to --gen',
    });
  if (repeat > 1) throw await nothingRandom(path, format);
  return { kind: 'file', path, ...(format !== undefined && { format }) };
}

/** A file is the same every time; one that was made says how to make its like. */
async function nothingRandom(path: string, format: string | undefined): Promise<InputError> {
  const source = await openTrace(path, format === undefined ? {} : { format });
  await source.close();
  const { generator, values, count } = source.info.properties;
  const kind = / trace gen (\S+)$/.exec(generator ?? '')?.[1];
  return new InputError('--repeat varies the seed of a made trace, and a trace file is the same every time', {
    place: path,
    remedy:
      kind === undefined
        ? 'leave --repeat out, or make the trace with --gen'
        : `this one was made: use --gen ${kind} ${values} --count ${count} in its place`,
  });
}

/** A number of an option. @throws InputError unless it is whole and not below `least` */
export function whole(name: string, value: number, least = 1): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new InputError(`--${name} takes a whole number from ${least}, not '${value}'`, {
    remedy: `for example --${name} 4`,
  });
}
