import { basename } from 'node:path';
import type { CommandModule } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { Rng } from '../../core/rng.ts';
import { openTrace } from '../../trace/node/open.ts';
import type { TraceSource } from '../../trace/source.ts';
import { merge } from '../../trace/transform/merge.ts';
import { count } from './read-options.ts';
import { type WriteArguments, writeOptions } from './write-options.ts';
import { createTrace } from './write-trace.ts';

interface MergeArguments extends WriteArguments {
  traces: string[];
  quantum: number;
  seed: number;
}

/** `pagewalk trace merge A B ... -o OUT`: several traces as processes of one. */
export const mergeCommand: CommandModule<object, MergeArguments> = {
  command: 'merge <traces..>',
  describe: 'interleave several traces, as processes that take turns',
  builder: (yargs) =>
    writeOptions(yargs)
      .positional('traces', { type: 'string', array: true, demandOption: true, describe: 'trace files' })
      .option('quantum', {
        type: 'number',
        default: 10_000,
        requiresArg: true,
        describe: 'accesses of a turn, on average',
      })
      .option('seed', {
        type: 'number',
        default: 1,
        requiresArg: true,
        describe: 'of the order of the turns',
      })
      .example('$0 trace merge a.pwt b.lackey.br -o both.pwt --quantum 1000', 'two programs on one CPU'),
  handler: async (options) => {
    const quantum = count('quantum', options.quantum)!;
    const seed = count('seed', options.seed)!;
    if (quantum === 0) throw new InputError('--quantum takes a number of accesses from 1');
    const sources: TraceSource[] = [];
    try {
      for (const path of options.traces) sources.push(await openTrace(path));
      const output = await createTrace(options.output, options.to, {
        properties: { merged: options.traces.join(' '), quantum: String(quantum), seed: String(seed) },
        mapped: sources.every(({ info }) => info.mapped),
      });
      try {
        const inputs = sources.map((source) => ({
          chunks: source.chunks(),
          name: basename(source.info.path),
        }));
        for await (const chunk of merge(inputs, quantum, new Rng(seed))) await output.write(chunk);
        await output.finish();
      } finally {
        await output.discard();
      }
    } finally {
      for (const source of sources) await source.close();
    }
  },
};
