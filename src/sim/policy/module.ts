import { pathToFileURL } from 'node:url';
import { InputError, nearest } from '../../core/errors.ts';
import type { PolicyHooks } from '../../kernel/policy/hooks.ts';
import { shortPolicyName } from './preset-files.ts';

/** Each loading is a module of its own: two runs in one process share no variables of it. */
let loads = 0;

/** What a module says: a point to start from, axes that differ, and decisions of its own. */
export interface PolicyModule {
  readonly base: string;
  readonly axes: Record<string, unknown>;
  readonly hooks: PolicyHooks;
}

const HOOKS = ['onFork', 'onWriteFault', 'onExit'] as const;
const KEYS = ['name', 'description', 'extends', 'axes', ...HOOKS];

/**
 * Loads a policy module: its default export has `name`, `description`, `extends` (a preset or file; linux-6.18),
 * `axes` (as in a policy file) and any of the hooks. The module runs with the rights of this program.
 *
 * @throws InputError when it cannot be loaded or is no policy
 */
export async function loadModule(file: string): Promise<PolicyModule> {
  const place = shortPolicyName(file);
  const exported = await importDefault(file, place);
  if (typeof exported !== 'object' || exported === null)
    throw new InputError('a policy module exports an object by default, and this does not', {
      place,
      remedy: 'docs/policies/your-own.md shows one',
    });
  const given = exported as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    if (KEYS.includes(key)) continue;
    const guess = nearest(key, KEYS);
    throw new InputError(`unknown key '${key}' in a policy module`, {
      place,
      remedy: guess ? `did you mean '${guess}'?` : `it has ${KEYS.join(', ')}`,
    });
  }
  for (const name of HOOKS)
    if (given[name] !== undefined && typeof given[name] !== 'function')
      throw new InputError(`${name} is no function`, {
        place,
        remedy: 'docs/policies/your-own.md shows one',
      });
  const { name = nameOf(place), description, extends: base = 'linux-6.18', axes = {} } = given;
  if (typeof base !== 'string' || typeof axes !== 'object' || axes === null || Array.isArray(axes))
    throw new InputError('extends is the name of a policy and axes an object', {
      place,
      remedy: 'docs/policies/your-own.md shows one',
    });
  return {
    base,
    axes: { ...axes, name, ...(description !== undefined && { description }) },
    hooks: checkedHooks(given as PolicyHooks, place),
  };
}

async function importDefault(file: string, place: string): Promise<unknown> {
  try {
    const url = pathToFileURL(file);
    url.searchParams.set('load', String(++loads));
    return ((await import(url.href)) as { default?: unknown }).default;
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw new InputError(`the module cannot be loaded: ${message}`, {
      place,
      remedy: /\.[cm]?ts$/.test(file)
        ? 'TypeScript needs a Node that strips types (22.18 or newer); JavaScript works everywhere'
        : 'try it alone: node FILE',
    });
  }
}

/** The hooks with their answers checked: a typing mistake in a string is an error, not another policy. */
function checkedHooks(given: PolicyHooks, place: string): PolicyHooks {
  const oneOf = <T extends string>(
    hook: string,
    answer: T | undefined,
    allowed: readonly T[],
  ): T | undefined => {
    if (answer === undefined || allowed.includes(answer)) return answer;
    throw new InputError(`${hook} answered ${JSON.stringify(answer)}`, {
      place,
      remedy: `it may answer ${allowed.map((one) => `'${one}'`).join(', ')} or undefined`,
    });
  };
  return {
    ...(given.onFork && {
      onFork: (area, process) =>
        oneOf('onFork', given.onFork!(area, process), ['copy-tables', 'skip', 'share-tables', 'copy-pages']),
    }),
    ...(given.onWriteFault && {
      onWriteFault: (page) => oneOf('onWriteFault', given.onWriteFault!(page), ['reuse', 'copy']),
    }),
    ...(given.onExit && { onExit: (process) => given.onExit!(process) }),
  };
}

function nameOf(place: string): string {
  return place.replace(/^.*\//, '').replace(/\.[cm]?[jt]s$/, '');
}
