import type { Argv } from 'yargs';
import { InputError, nearest } from '../core/errors.ts';
import { COMMANDS } from './commands.ts';
import { describeError, EXIT_FINE } from './errors.ts';
import { print } from './output.ts';
import { packageVersion } from './version.ts';

/**
 * Runs one command line (without `node` and the script) and returns the exit code. Errors are printed on stderr; a
 * command that found what it was asked to look for sets `process.exitCode` to 1 itself.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    // The commonest question of scripts and bug reports, answered before anything is loaded.
    if (args.length === 1 && args[0] === '--version') await print(`${packageVersion()}\n`);
    else await runYargs(args);
    return Number(process.exitCode ?? EXIT_FINE);
  } catch (error) {
    const { text, exitCode } = describeError(error);
    process.stderr.write(text);
    return exitCode;
  }
}

async function runYargs(args: readonly string[]): Promise<void> {
  const { default: yargs } = await import('yargs');
  const wanted = args[0] ?? '--help';
  const isCommand = !wanted.startsWith('-');
  if (isCommand && !COMMANDS.some(({ name }) => name === wanted)) throw unknownCommand(wanted);
  const parser: Argv = yargs()
    .scriptName('pagewalk')
    .usage('$0 COMMAND ...\n\nA cycle-level, trace-driven model of memory-management hardware.')
    .locale('en')
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .version(packageVersion())
    .alias('help', 'h')
    .strict()
    .demandCommand(1, 'name a command')
    .recommendCommands()
    .exitProcess(false)
    .parserConfiguration({ 'greedy-arrays': false, 'boolean-negation': true })
    .fail((message, error) => {
      throw error && error.name !== 'YError' ? error : wrongUse(message ?? error.message, parser);
    })
    .epilogue(
      'pagewalk COMMAND --help explains a command. Exit codes: 0 fine, 1 found a failure, 2 bad input.',
    );
  for (const { name, summary, load } of COMMANDS)
    if (name === wanted) parser.command({ ...(await load()), describe: summary });
    else parser.command(name, summary);
  dropLateHelp(parser);
  parser.middleware(restoreDashes, true);
  parser.check((argv) => singleValues(argv, parser), true);
  const words = args.length === 0 ? ['--help'] : args;
  await parser.parseAsync(words.map((word) => (word === '-' ? DASH : word)));
}

/**
 * yargs lays out the help of a command after its handler has been called, in case somebody asks for it later: that takes
 * longer than all else of starting, and nobody does.
 */
function dropLateHelp(parser: Argv): void {
  const { getUsageInstance } = (parser as unknown as YargsInternals).getInternalMethods();
  getUsageInstance().cacheHelpMessage = () => undefined;
}

/** Of yargs, and left out of its types. */
interface YargsInternals {
  getInternalMethods(): { getUsageInstance(): { cacheHelpMessage: () => void } };
}

/** Stands for a lone `-` (standard input or output) inside yargs, which drops it; no argument can hold a NUL. */
const DASH = '\0';

function restoreDashes(argv: Record<string, unknown>): void {
  const restored = (value: unknown) => (value === DASH ? '-' : value);
  for (const [name, value] of Object.entries(argv))
    argv[name] = Array.isArray(value) ? value.map(restored) : restored(value);
}

function unknownCommand(word: string): InputError {
  const names = COMMANDS.map(({ name }) => name);
  const guess = nearest(word, names);
  return new InputError(`'${word}' is not a command`, {
    remedy: guess ? `did you mean 'pagewalk ${guess}'?` : `the commands are ${names.join(', ')}`,
  });
}

/** What yargs keeps about options; its types leave it out. */
interface KnownOptions {
  readonly key: Readonly<Record<string, unknown>>;
  readonly array: readonly string[];
  readonly number: readonly string[];
}

function optionsOf(parser: Argv): KnownOptions {
  return (parser as unknown as { getOptions(): KnownOptions }).getOptions();
}

function wrongUse(message: string, parser: Argv): InputError {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined) return new InputError(lowerFirst(message), { remedy: '--help shows the usage' });
  const guess = nearest(unknown, Object.keys(optionsOf(parser).key));
  return new InputError(`unknown argument '${unknown}'`, {
    remedy: guess ? `did you mean '--${guess}'?` : '--help lists the arguments',
  });
}

/** An option that takes one value takes one, and a number is a number: yargs would pass an array or NaN on. */
function singleValues(argv: Record<string, unknown>, parser: Argv): true {
  const { key, array, number } = optionsOf(parser);
  for (const name of Object.keys(key)) {
    const value = argv[name];
    if (Array.isArray(value) && !array.includes(name))
      throw new InputError(`--${name} is given ${value.length} times`, { remedy: 'give it once' });
    if (number.includes(name) && Number.isNaN(value))
      throw new InputError(`--${name} is not a number`, { remedy: `write for example --${name} 1000` });
  }
  return true;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\s+/g, ' ').trimEnd();
}
