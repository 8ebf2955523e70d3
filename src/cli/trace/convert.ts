import type { CommandModule } from 'yargs';
import { openNamed, type ReadArguments, readOptions } from './read-options.ts';
import { type WriteArguments, writeAll, writeOptions } from './write-options.ts';

/** `pagewalk trace convert IN -o OUT`: the same trace in another format. */
export const convertCommand: CommandModule<object, ReadArguments & WriteArguments> = {
  command: 'convert <trace>',
  describe: 'write a trace in another format',
  builder: (yargs) =>
    writeOptions(readOptions(yargs)).example('$0 trace convert t.lackey.br -o t.pwt', 'to the native format'),
  handler: async (options) => {
    const source = await openNamed(options);
    await writeAll(source, source.chunks(), options);
  },
};
