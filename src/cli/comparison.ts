import { availableParallelism } from 'node:os';
import { InputError } from '../core/errors.ts';
import { type CompareRequest, compare } from '../sim/compare/compare.ts';
import type { Comparison } from '../sim/compare/comparison.ts';
import { type Axis, combinationsOf } from '../sim/compare/grid.ts';
import type { NamedTrace } from '../sim/compare/origin.ts';
import { openTrace } from '../trace/node/open.ts';
import type { CompareArguments } from './compare-options.ts';
import { PointProgress } from './progress.ts';
import { checkStretch, nothingCounted } from './stretch.ts';
import { packageVersion } from './version.ts';
import { whole } from './whole.ts';

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

async function traceOf(options: CompareArguments): Promise<NamedTrace> {
  const { trace, gen, count, seed, repeat, format } = options;
  if (gen !== undefined) {
    const { generatorNamed, parameterValues } = await import('../trace/generate/index.ts');
    const kind = generatorNamed(gen);
    const values = parameterValues(kind, trace);
    return {
      kind: 'made',
      recipe: {
        kind: kind.name,
        values,
        seed: whole('seed', seed ?? 1, 0),
        count: whole('count', count ?? 1_000_000),
      },
    };
  }
  if ((count ?? seed) !== undefined)
    throw new InputError('--count and --seed belong to --gen', {
      remedy: 'leave them out, or make the trace with --gen; --limit ends a run early',
    });
  const [path, more] = trace;
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
