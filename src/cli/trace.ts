import type { CommandModule } from 'yargs';
import { convertCommand } from './trace/convert.ts';
import { genCommand } from './trace/gen.ts';

/** `pagewalk trace ACTION`: look at traces, convert and make them. */
export const traceCommand: CommandModule = {
  command: 'trace <action>',
  describe: 'look at traces, convert, cut, merge and make them',
  builder: (yargs) => yargs.command(convertCommand).command(genCommand).demandCommand(1, 'name an action'),
  handler: () => undefined,
};
