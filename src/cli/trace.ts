import type { CommandModule } from 'yargs';
import { convertCommand } from './trace/convert.ts';
import { genCommand } from './trace/gen.ts';
import { headCommand } from './trace/head.ts';
import { infoCommand } from './trace/info.ts';
import { mergeCommand } from './trace/merge.ts';
import { mrcCommand } from './trace/mrc.ts';
import { sliceCommand } from './trace/slice.ts';

/** `pagewalk trace ACTION`: look at traces, convert and make them. */
export const traceCommand: CommandModule = {
  command: 'trace <action>',
  describe: 'look at traces, convert, cut, merge and make them',
  builder: (yargs) =>
    yargs
      .command(infoCommand)
      .command(headCommand)
      .command(mrcCommand)
      .command(convertCommand)
      .command(sliceCommand)
      .command(mergeCommand)
      .command(genCommand)
      .demandCommand(1, 'name an action'),
  handler: () => undefined,
};
