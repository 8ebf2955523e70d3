import type { Argv } from 'yargs';
import { type Axis, listOf, settingAxis } from '../sim/compare/grid.ts';
import { type Stretch, stretchOptions } from './stretch.ts';

/** What `compare` and `sweep` are told alike: the trace, what to vary, how to run. */
export interface CompareArguments extends Stretch {
  trace: string[];
  gen: string | undefined;
  count: number | undefined;
  seed: number | undefined;
  repeat: number;
  format: string | undefined;
  policy: string[] | undefined;
  machine: string[];
  kernel: string[] | undefined;
  costs: string[] | undefined;
  set: string[] | undefined;
  jobs: number | undefined;
}

export function compareOptions<T>(yargs: Argv<T>) {
  return stretchOptions(
    yargs
      .positional('trace', {
        type: 'string',
        array: true,
        default: [],
        describe: 'a trace file, - for standard input; with --gen its name=value ...',
      })
      .option('policy', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'policies, separated by commas: presets (pagewalk policies), files, modules',
      })
      .option('machine', {
        type: 'string',
        array: true,
        default: ['skylake'],
        requiresArg: true,
        describe: 'machines, separated by commas: presets (pagewalk machines), files',
      })
      .option('kernel', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'demand, linux, or demand,linux',
      })
      .option('costs', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe:
          "what Linux's work costs: presets and files of `pagewalk calibrate -o`, separated by commas",
      })
      .option('set', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'values of a constant of the machine: key=1,2,4',
      })
      .option('gen', {
        type: 'string',
        requiresArg: true,
        describe: 'make the trace: a kind of `pagewalk trace gen`, with its values and the two options below',
      })
      .option('count', {
        type: 'number',
        requiresArg: true,
        describe: 'of --gen: accesses (default 1,000,000)',
      })
      .option('seed', { type: 'number', requiresArg: true, describe: 'of --gen: the first seed (default 1)' })
      .option('repeat', {
        type: 'number',
        default: 1,
        requiresArg: true,
        describe: 'of --gen: as many seeds, one after another; shows mean and spread',
      })
      .option('format', {
        type: 'string',
        requiresArg: true,
        describe: 'the trace format, if not by content',
      })
      .option('jobs', {
        alias: 'j',
        type: 'number',
        requiresArg: true,
        describe: 'runs at the same time; without it one for each core',
      }),
  );
}

/** What the arguments vary, in the order in which the table names it: machine, kernel, policy, costs, settings. */
export function axesOf({ policy, machine, kernel, costs, set }: CompareArguments): Axis[] {
  const lists: [string, readonly string[] | undefined][] = [
    ['machine', machine],
    ['kernel', kernel],
    ['policy', policy],
    ['costs', costs],
  ];
  return [
    ...lists.flatMap(([name, texts]) => (texts ? [{ name, values: texts.flatMap(listOf) }] : [])),
    ...(set ?? []).map(settingAxis),
  ];
}
