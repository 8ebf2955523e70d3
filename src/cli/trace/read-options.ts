import type { Argv } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { openTrace } from '../../trace/node/open.ts';
import type { TraceSource } from '../../trace/source.ts';
import { warn } from '../warn.ts';

export interface ReadArguments {
  trace: string;
  format: string | undefined;
  recover: boolean;
}

/** The trace and how it is read: the same for every command on traces. */
export function readOptions<T>(yargs: Argv<T>) {
  return yargs
    .positional('trace', {
      type: 'string',
      demandOption: true,
      describe: 'a trace file, a folder of lackey logs, - for standard input',
    })
    .option('format', { type: 'string', requiresArg: true, describe: 'the trace format, if not by content' })
    .option('recover', {
      type: 'boolean',
      default: false,
      describe: 'read a damaged native trace up to the damage',
    });
}

/**
 * Opens the trace that the arguments name.
 * @param from the first access that is wanted
 */
export function openNamed({ trace, format, recover }: ReadArguments, from = 0): Promise<TraceSource> {
  return openTrace(trace, { recover, ...(from > 0 && { from }), ...(format !== undefined && { format }) });
}

/** Says on standard error what a recovering read stopped at. */
export function reportDamage({ damage }: TraceSource): void {
  if (damage) warn(`${damage.message} (${damage.place}); read up to there`);
}

/** A number of accesses or the like from the command line. */
export function count(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw new InputError(`--${name} takes a whole number from 0, not '${value}'`);
}
