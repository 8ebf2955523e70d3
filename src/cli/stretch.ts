import type { Argv } from 'yargs';
import { InputError } from '../core/errors.ts';

/** Which accesses of a trace are run, and which of them counted. */
export interface Stretch {
  warmup: number;
  limit: number | undefined;
}

export function stretchOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('warmup', {
      type: 'number',
      default: 0,
      requiresArg: true,
      describe: 'accesses before counting begins',
    })
    .option('limit', { type: 'number', requiresArg: true, describe: 'accesses to run in all' });
}

/** @throws InputError for numbers that are none, or that leave nothing to count */
export function checkStretch({ warmup, limit }: Stretch): void {
  for (const [name, value] of [
    ['warmup', warmup],
    ['limit', limit],
  ] as const) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 0)) {
      throw new InputError(`--${name} takes a number of accesses, not '${value}'`, {
        remedy: `for example --${name} 1000000`,
      });
    }
  }
  if (limit !== undefined && limit <= warmup) {
    throw new InputError(`--limit ${limit} leaves nothing to count after --warmup ${warmup}`, {
      remedy: 'the limit counts the warm-up too: make it larger',
    });
  }
}

/** What to say of a run that counted no access. */
export function nothingCounted({ trace, warmup }: { trace: string; warmup: number }): InputError {
  return warmup > 0
    ? new InputError(`the trace ends within the warm-up of ${warmup} accesses`, {
        place: trace,
        remedy: 'make --warmup smaller',
      })
    : new InputError('the trace holds no accesses', {
        place: trace,
        remedy: 'record it with valgrind --tool=lackey --trace-mem=yes',
      });
}
