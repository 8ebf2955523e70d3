import type { CommandModule } from 'yargs';
import { labNamed } from '../../lab/index.ts';
import { showLab, shownText } from '../../lab/show.ts';
import { print } from '../output.ts';
import { seedOf, seedOption } from './seed.ts';

interface ShowArguments {
  id: string;
  seed: number;
  compute: boolean | undefined;
  json: boolean | undefined;
}

export const showCommand: CommandModule<object, ShowArguments> = {
  command: 'show <id>',
  describe: 'print an exercise; with -c also its answers',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true, describe: 'a lab (pagewalk lab list)' })
      .option('seed', seedOption)
      .option('compute', { alias: 'c', type: 'boolean', describe: 'compute the answers and print them too' })
      .option('json', { type: 'boolean', describe: 'print JSON' })
      .example('$0 lab show cow-ledger -s 3', 'variant 3')
      .example('$0 lab show cow-ledger -s 3 -c', 'and its answers'),
  handler: async ({ id, seed, compute, json }) => {
    const shown = showLab(labNamed(id), seedOf(seed), compute ?? false);
    await print(json ? `${JSON.stringify(shown, null, 2)}\n` : shownText(shown));
  },
};
