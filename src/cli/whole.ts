import { InputError } from '../core/errors.ts';

/** A number of an option. @throws InputError unless it is whole and not below `least` */
export function whole(name: string, value: number, least = 1): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new InputError(`--${name} takes a whole number from ${least}, not '${value}'`, {
    remedy: `for example --${name} 4`,
  });
}
