import { pathToFileURL } from 'node:url';
import { InputError, nearest } from '../../core/errors.ts';
import type { PolicyHooks } from '../../kernel/policy/hooks.ts';
import { checkedHooks } from './checked-hooks.ts';
import { shortPolicyName } from './preset-files.ts';

/** Each loading is a module of its own: two runs in one process share no variables of it. */
let loads = 0;

/** What a policy module exports by default: all of it may be left out. */
export interface PolicySource extends PolicyHooks {
  /** The file name without it. */
  readonly name?: string;
  readonly description?: string;
  /** A preset or file to start from; `linux-6.18` without it. */
  readonly extends?: string;
  /** Axes that differ, as in a policy file (docs/policies/README.md). */
  readonly axes?: Readonly<Record<string, unknown>>;
}

/** A module as read: a point to start from, axes that differ, and decisions of its own. */
interface PolicyModule {
  readonly base: string;
  readonly axes: Record<string, unknown>;
  readonly hooks: PolicyHooks;
}

const HOOKS = ['onFork', 'onWriteFault', 'onExit'] as const;
const KEYS = ['name', 'description', 'extends', 'axes', ...HOOKS];

/**
 * Loads a policy module, whose default export is a {@link PolicySource}. It runs with the rights of this program. Its
 * hooks throw InputError where they answer or throw what they must not.
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
  const given = exported as PolicySource;
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
    hooks: checkedHooks(given, place),
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

function nameOf(place: string): string {
  return place.replace(/^.*\//, '').replace(/\.[cm]?[jt]s$/, '');
}
