import type { CommandModule } from 'yargs';
import type { TraceSource } from '../../trace/source.ts';
import { accessesOf } from '../../trace/statistics.ts';
import { RunProgress } from '../progress.ts';
import { openNamed, type ReadArguments, readOptions, reportDamage } from './read-options.ts';
import { createTrace, WRITABLE_FORMATS } from './write-trace.ts';

interface ConvertArguments extends ReadArguments {
  output: string;
  to: string | undefined;
}

/** `pagewalk trace convert IN -o OUT`: the same trace in another format. */
export const convertCommand: CommandModule<object, ConvertArguments> = {
  command: 'convert <trace>',
  describe: 'write a trace in another format',
  builder: (yargs) =>
    readOptions(yargs)
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'the new file, - for stdout',
      })
      .option('to', {
        type: 'string',
        requiresArg: true,
        describe: `its format: ${WRITABLE_FORMATS.join(', ')}; without it, by the ending of its name`,
      })
      .example('$0 trace convert t.lackey.br -o t.pwt', 'to the native format'),
  handler: async (options) => {
    const source = await openNamed(options);
    const progress = new RunProgress(source.info.bytes);
    const output = await createTrace(options.output, options.to, {
      properties: provenance(source),
      mapped: source.info.mapped,
    });
    try {
      for await (const chunk of source.chunks()) {
        await output.write(chunk);
        progress.update(accessesOf(source.statistics), source.bytesRead);
      }
      await output.finish();
    } finally {
      progress.stop();
      await output.discard();
      await source.close();
    }
    reportDamage(source);
  },
};

/** What the source says of itself, or at least which file it was. */
export function provenance({ info }: TraceSource): Record<string, string> {
  if (Object.keys(info.properties).length > 0) return { ...info.properties };
  return { source: info.path === '-' ? 'standard input' : info.path, sourceFormat: info.format };
}
