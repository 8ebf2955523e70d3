import { hostname, release } from 'node:os';
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { InputError } from '../core/errors.ts';
import type { Chunk } from '../trace/chunk.ts';
import { countNativeFaults, nativeProperties } from '../trace/node/record/native.ts';
import { record } from '../trace/node/record/recorder.ts';
import { findValgrind, type Valgrind } from '../trace/node/record/valgrind.ts';
import { accessesOf, type TraceStatistics } from '../trace/statistics.ts';
import { ChunkSampler } from '../trace/transform/sample.ts';
import { RunProgress } from './progress.ts';
import { count } from './trace/read-options.ts';
import { createTrace, WRITABLE_FORMATS } from './trace/write-trace.ts';
import { packageVersion } from './version.ts';
import { warn } from './warn.ts';

interface RecordArguments {
  output: string;
  to: string | undefined;
  'max-accesses': number | undefined;
  'kernel-accesses': boolean;
  'work-folder': string | undefined;
  sample: number;
  native: boolean;
}

/** `pagewalk record -o OUT -- COMMAND`: runs a program and keeps every access of its whole process tree. */
export const recordCommand: CommandModule<object, RecordArguments> = {
  command: 'record',
  describe: 'run a program under Valgrind and record its accesses, mappings and forks',
  builder: (yargs) =>
    yargs
      .usage('$0 record -o TRACE [options] -- COMMAND ARGUMENTS')
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'the new trace',
      })
      .option('to', {
        type: 'string',
        requiresArg: true,
        describe: `its format: ${WRITABLE_FORMATS.join(', ')}; without it, by the ending of its name`,
      })
      .option('max-accesses', {
        type: 'number',
        requiresArg: true,
        describe: 'end the recording, and the program, after that many accesses',
      })
      .option('kernel-accesses', {
        type: 'boolean',
        default: true,
        describe: 'record what the kernel reads and writes for system calls',
      })
      .option('sample', {
        type: 'number',
        default: 1,
        requiresArg: true,
        describe: 'keep this share of the accesses, in stretches of a million; every event',
      })
      .option('native', {
        type: 'boolean',
        default: false,
        describe:
          'run the program once more, before, without Valgrind, and keep the faults that the kernel counts',
      })
      .option('work-folder', { type: 'string', requiresArg: true, describe: 'where the logs pass through' })
      .example('$0 record -o t.pwt -- gcc -c hello.c', 'the compiler with every process it starts'),
  handler: async (options) => {
    if (options.output === '-')
      throw new InputError('the trace cannot go to standard output, which is the program’s', {
        remedy: 'name a file: -o trace.pwt',
      });
    const command = commandOf(options);
    const limit = count('max-accesses', options.maxAccesses) ?? Number.POSITIVE_INFINITY;
    if (!(options.sample > 0 && options.sample <= 1))
      throw new InputError(`--sample takes a share, such as 0.1, not '${options.sample}'`);
    const valgrind = findValgrind();
    const native = options.native ? nativeProperties(await countNativeFaults(command)) : {};
    const output = await createTrace(options.output, options.to, {
      properties: { ...provenance(command, options, valgrind), ...native },
      mapped: false,
    });
    const progress = new RunProgress(null);
    const sampler = new ChunkSampler(options.sample);
    let recorded = 0;
    let last: Chunk | null = null;
    // An interrupt is the program's to die of; the trace up to there is kept.
    process.removeAllListeners('SIGINT').on('SIGINT', () => undefined);
    try {
      const { exitCode, stopped } = await record({
        valgrind,
        command,
        kernelAccesses: options.kernelAccesses,
        ...(options.workFolder !== undefined && { workFolder: options.workFolder }),
        emit: async (chunk: Chunk) => {
          last = chunk;
          const kept = sampler.take(chunk);
          if (kept) await output.write(kept);
          recorded += kept?.count ?? 0;
          return recorded < limit;
        },
        onProgress: (statistics: TraceStatistics) => progress.update(accessesOf(statistics), 0),
      });
      const rest = last && sampler.rest(last);
      if (rest) await output.write(rest);
      await output.finish();
      progress.stop();
      if (stopped) warn(`stopped after ${recorded} accesses; the program was ended`);
      process.exitCode = stopped ? 0 : exitCode;
    } finally {
      progress.stop();
      await output.discard();
    }
  },
};

/** The words behind `--`. */
function commandOf({ _: [, ...words] }: ArgumentsCamelCase<RecordArguments>): string[] {
  if (words.length > 0) return words.map(String);
  throw new InputError('no program to record', { remedy: 'pagewalk record -o t.pwt -- gcc -c hello.c' });
}

function provenance(
  command: string[],
  { 'kernel-accesses': kernelAccesses, sample }: RecordArguments,
  valgrind: Valgrind,
): Record<string, string> {
  return {
    command: command.map(shellWord).join(' '),
    folder: process.cwd(),
    recorder: `pagewalk ${packageVersion()}, ${valgrind.version} lackey`,
    host: `${hostname()}, Linux ${release()} ${process.arch}`,
    time: new Date().toISOString(),
    kernelAccesses: String(kernelAccesses),
    ...(sample < 1 && { sample: String(sample) }),
  };
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
