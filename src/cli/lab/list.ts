import type { CommandModule } from 'yargs';
import { LABS } from '../../lab/index.ts';
import { columns } from '../../report/format.ts';
import { print } from '../output.ts';

export const listCommand: CommandModule<object, { json: boolean | undefined }> = {
  command: 'list',
  describe: 'the labs, in the order of a course',
  builder: (yargs) => yargs.option('json', { type: 'boolean', describe: 'print JSON' }),
  handler: async ({ json }) => {
    const labs = LABS.map(({ id, title, minutes, about, kind }) => ({ id, title, minutes, about, kind }));
    if (json) return print(`${JSON.stringify(labs, null, 2)}\n`);
    const rows = labs.map(({ id, minutes }, i) => [`${String(i + 1).padStart(2)} ${id}`, `${minutes} min`]);
    const lines = columns(rows, '').split('\n');
    const text = lines.map((line, i) => `${line}  ${labs[i]!.about}`).join('\n');
    await print(`${text}\n\npagewalk lab show ID -s SEED   prints a variant; -c its answers\n`);
  },
};
