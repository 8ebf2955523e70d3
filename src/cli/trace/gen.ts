import type { CommandModule } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { GENERATORS, generate, generatorNamed, parameterValues } from '../../trace/generate/index.ts';
import { packageVersion } from '../version.ts';
import { count } from './read-options.ts';
import { createTrace, WRITABLE_FORMATS } from './write-trace.ts';

interface GenArguments {
  kind: string;
  values: string[];
  count: number;
  seed: number;
  output: string | undefined;
  to: string | undefined;
}

/** `pagewalk trace gen KIND`: a made trace, of accesses alone or of processes. */
export const genCommand: CommandModule<object, GenArguments> = {
  command: 'gen <kind> [values..]',
  describe: 'make a trace',
  builder: (yargs) =>
    yargs
      .positional('kind', { type: 'string', demandOption: true, describe: 'what kind of trace; see below' })
      .positional('values', { type: 'string', array: true, default: [], describe: 'name=value ...' })
      .option('count', { type: 'number', default: 1_000_000, requiresArg: true, describe: 'accesses' })
      .option('seed', { type: 'number', default: 1, requiresArg: true, describe: 'of the random numbers' })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'the new file; without it, stdout',
      })
      .option('to', {
        type: 'string',
        requiresArg: true,
        describe: `its format: ${WRITABLE_FORMATS.join(', ')}`,
      })
      .epilogue(`Kinds and what they take:\n${kindsText()}`)
      .example('$0 trace gen redis-snapshot size=32M --count 20000000 | $0 run -', 'straight into a run'),
  handler: async (options) => {
    const kind = generatorNamed(options.kind);
    const values = parameterValues(kind, options.values);
    const accesses = count('count', options.count)!;
    const seed = count('seed', options.seed)!;
    if (options.output === undefined && process.stdout.isTTY)
      throw new InputError('a trace is nothing for a terminal', {
        remedy: 'name a file with -o, or pipe it on',
      });
    const output = await createTrace(options.output ?? '-', options.to, {
      properties: {
        generator: `pagewalk ${packageVersion()} trace gen ${kind.name}`,
        values: Object.entries(values)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
        seed: String(seed),
        count: String(accesses),
      },
      mapped: true,
    });
    try {
      for (const chunk of generate(kind, values, seed, accesses)) await output.write(chunk);
      await output.finish();
    } finally {
      await output.discard();
    }
  },
};

function kindsText(): string {
  return GENERATORS.map(({ name, summary, parameters }) => {
    const lines = Object.entries(parameters).map(
      ([key, parameter]) =>
        `    ${`${key}=${sizeText(parameter.default, parameter.unit)}`.padEnd(18)} ${parameter.help}`,
    );
    return `  ${name}: ${summary}\n${lines.join('\n')}`;
  }).join('\n');
}

function sizeText(value: number, unit: string): string {
  if (unit !== 'bytes') return String(value);
  const [factor, suffix] =
    value % 2 ** 30 === 0 ? [2 ** 30, 'G'] : value % 2 ** 20 === 0 ? [2 ** 20, 'M'] : [1024, 'K'];
  return `${value / Number(factor)}${suffix}`;
}
