import type { CommandModule } from 'yargs';
import { TRACE_FORMATS } from '../trace/format/index.ts';
import { print } from './output.ts';

interface FormatsArguments {
  json: boolean;
}

/** `pagewalk formats`: the trace formats, and where the layout of each is stated. */
export const formatsCommand: CommandModule<object, FormatsArguments> = {
  command: 'formats',
  describe: 'list the trace formats, and where the layout of each is stated',
  builder: (yargs) => yargs.option('json', { type: 'boolean', default: false, describe: 'the list as JSON' }),
  handler: async ({ json }) => {
    const rows = TRACE_FORMATS.map(({ name, title, origin, write }) => ({
      name,
      title,
      origin,
      written: write !== undefined,
    }));
    if (json) return print(`${JSON.stringify(rows, null, 2)}\n`);
    const width = Math.max(...rows.map(({ name }) => name.length));
    const lines = rows.map(({ name, title, origin, written }) =>
      [
        `${name.padEnd(width)}  ${written ? 'read, written' : 'read         '}  ${title}`,
        `${' '.repeat(width)}  (${origin})`,
      ].join('\n'),
    );
    await print(
      `${lines.join('\n')}\n\nA trace may be packed with gzip, brotli, xz or zstd. The format is told by the content; --format overrides.\n`,
    );
  },
};
