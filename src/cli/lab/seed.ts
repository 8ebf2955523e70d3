import { InputError } from '../../core/errors.ts';

/** `-s SEED`, as the OSTEP simulators have it. */
export const seedOption = {
  alias: 's',
  type: 'number',
  default: 0,
  requiresArg: true,
  describe: 'which variant: a number',
} as const;

/** @throws InputError for anything but a whole number that a generator takes */
export function seedOf(seed: number): number {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new InputError(`-s takes a whole number from 0 to 4294967295, not '${seed}'`, {
    remedy: 'for example -s 3',
  });
}
