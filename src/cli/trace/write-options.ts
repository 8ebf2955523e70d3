import type { Argv } from 'yargs';
import type { Chunk } from '../../trace/chunk.ts';
import type { TraceSource } from '../../trace/source.ts';
import { accessesOf } from '../../trace/statistics.ts';
import { RunProgress } from '../progress.ts';
import { reportDamage } from './read-options.ts';
import { createTrace, WRITABLE_FORMATS } from './write-trace.ts';

export interface WriteArguments {
  output: string;
  to: string | undefined;
}

/** The new trace and its format: the same for every command that makes one of others. */
export function writeOptions<T>(yargs: Argv<T>) {
  return yargs
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
    });
}

/**
 * Writes what was made of a source's chunks, with progress, and closes the source. The file appears when all is in it.
 * @param more properties beside those of the source
 */
export async function writeAll(
  source: TraceSource,
  chunks: AsyncIterable<Chunk>,
  { output: path, to }: WriteArguments,
  more: Record<string, string> = {},
): Promise<void> {
  const progress = new RunProgress(source.info.bytes);
  const properties = { ...provenance(source), ...more };
  const output = await createTrace(path, to, { properties, mapped: source.info.mapped });
  try {
    for await (const chunk of chunks) {
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
}

/** What the source says of itself, or at least which file it was. */
function provenance({ info }: TraceSource): Record<string, string> {
  if (Object.keys(info.properties).length > 0) return { ...info.properties };
  return { source: info.path === '-' ? 'standard input' : info.path, sourceFormat: info.format };
}
