import type { Machine } from './machine.ts';
import { preparedMachine } from './prepared.ts';
import { locateMachine } from './preset-files.ts';

/**
 * The machine of a preset name or a file, with `--set` arguments applied; read.ts also tells where each constant
 * comes from.
 *
 * @param settings `key=value` each, applied in order
 * @throws InputError for anything wrong with the name, the file, the settings or the machine
 */
export async function loadMachine(
  nameOrFile: string,
  settings: readonly string[] = [],
): Promise<{ machine: Machine }> {
  const machine =
    settings.length === 0 ? preparedMachine(locateMachine(nameOrFile, process.cwd())) : undefined;
  if (machine) return { machine };
  const { readMachine } = await import('./read.ts');
  return readMachine(nameOrFile, settings);
}
