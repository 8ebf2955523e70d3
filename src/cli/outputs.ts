import type { Argv } from 'yargs';
import { InputError } from '../core/errors.ts';
import { checkWritable, writeFileAtomic } from './output.ts';

/** Where a command writes its numbers for programs. */
export interface OutputArguments {
  json: string | undefined;
  csv: string | undefined;
}

/** @param csv what a line of the CSV is */
export function outputOptions<T>(yargs: Argv<T>, csv: string) {
  return yargs
    .option('json', { type: 'string', requiresArg: true, describe: 'write the result as JSON, - for stdout' })
    .option('csv', { type: 'string', requiresArg: true, describe: `write the result as CSV: ${csv}` });
}

/** Says before a long run what writing would say after it. @throws InputError */
export async function checkOutputs({ json, csv }: OutputArguments): Promise<void> {
  if (json === '-' && csv === '-')
    throw new InputError('--json and --csv cannot both go to standard output', {
      remedy: 'give one a file name',
    });
  for (const output of [json, csv]) if (output !== undefined) await checkWritable(output);
}

/** Writes what was asked for, each output whole or not at all; false when standard output has been used for it. */
export async function writeOutputs(
  { json, csv }: OutputArguments,
  text: { readonly json: () => string; readonly csv: () => string },
): Promise<boolean> {
  if (json !== undefined) await writeFileAtomic(json, text.json());
  if (csv !== undefined) await writeFileAtomic(csv, text.csv());
  return json !== '-' && csv !== '-';
}
