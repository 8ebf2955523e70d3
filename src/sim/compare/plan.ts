import { InputError } from '../../core/errors.ts';
import { loadCostPreset } from '../calibrate/load-preset.ts';
import { loadMachine } from '../machine/load.ts';
import type { Machine } from '../machine/machine.ts';
import { locatePolicy } from '../policy/preset-files.ts';
import { loadPolicy } from '../policy/read.ts';
import type { Axis, Combination } from './grid.ts';
import type { Point } from './point.ts';

/** What every point of a comparison has in common. */
export type PointBase = Pick<Point, 'warmup' | 'limit'>;

/** Names of axes that are not keys of the machine. */
const NOT_SETTINGS = ['machine', 'kernel', 'policy', 'costs'];

/**
 * The points of some combinations, with machines and policies loaded, so that what is wrong with them is said before
 * anything runs.
 * @param axes `machine` among them; any of `kernel`, `policy` and `costs`; the rest are keys as `--set` takes them
 * @throws InputError for a machine, policy, cost preset or setting that is none, or what is Linux's without it
 */
export async function pointsOf(
  axes: readonly Axis[],
  combinations: readonly Combination[],
  base: PointBase,
): Promise<Point[]> {
  const twice = axes.find(({ name }, i) => axes.findIndex((axis) => axis.name === name) !== i);
  if (twice)
    throw new InputError(`${twice.name} is varied twice`, {
      remedy: `give all its values at once: --set ${twice.name}=1,2`,
    });
  const machines = new Map<string, Machine>();
  const policies = new Map<string, Pick<Point, 'policy' | 'module'>>();
  const points: Point[] = [];
  for (const combination of combinations) {
    const value = (name: string) => combination[axes.findIndex((axis) => axis.name === name)];
    const settings = axes.flatMap(({ name }, i) =>
      NOT_SETTINGS.includes(name) ? [] : [`${name}=${combination[i]}`],
    );
    const machine = await known(machines, JSON.stringify([value('machine'), ...settings]), async () => {
      return (await loadMachine(value('machine')!, settings)).machine;
    });
    const kernel = value('kernel');
    const policy = value('policy');
    const costs = value('costs');
    if (kernel === 'demand' && (policy ?? costs) !== undefined)
      throw new InputError('--policy and --costs need the Linux kernel, and --kernel demand is another', {
        remedy: 'leave --kernel out, or say --kernel linux',
      });
    points.push({
      ...base,
      machine,
      ...(kernel !== undefined && { kernel: kernelNamed(kernel) }),
      ...(policy !== undefined && (await known(policies, policy, () => policyNamed(policy)))),
      ...(costs !== undefined && { costs: loadCostPreset(costs) }),
    });
  }
  return points;
}

async function known<T>(cache: Map<string, T>, key: string, load: () => Promise<T>): Promise<T> {
  if (!cache.has(key)) cache.set(key, await load());
  return cache.get(key)!;
}

async function policyNamed(name: string): Promise<Pick<Point, 'policy' | 'module'>> {
  const { policy, hooks } = await loadPolicy(name);
  return { policy, ...(hooks && { module: locatePolicy(name, process.cwd()) }) };
}

function kernelNamed(name: string): 'demand' | 'linux' {
  if (name === 'demand' || name === 'linux') return name;
  throw new InputError(`no kernel is called '${name}'`, { remedy: 'the kernels are demand and linux' });
}
