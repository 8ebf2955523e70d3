import { describeError, EXIT_INPUT, EXIT_INTERRUPTED, EXIT_TERMINATED, fromSystemError } from './errors.ts';
import { discardUnfinished } from './unfinished.ts';

/**
 * How the process ends when the world outside ends it: signals, a closed pipe, a full disk under standard output.
 * Whatever the reason, no unfinished output stays behind. Called once, by main.ts.
 */
export function watchProcess(): void {
  process.once('SIGINT', () => endOnSignal('interrupted', EXIT_INTERRUPTED));
  process.once('SIGTERM', () => endOnSignal('terminated', EXIT_TERMINATED));
  process.once('SIGHUP', () => endOnSignal('terminated', EXIT_TERMINATED));
  process.stdout.on('error', endOnBrokenOutput);
  // Nobody reads the messages: there is nothing left to say.
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', endOnError);
  process.on('exit', discardUnfinished);
}

const SHOW_CURSOR = '\x1b[?25h';

function endOnSignal(how: string, exitCode: number): void {
  discardUnfinished();
  const cursor = process.stderr.isTTY ? `${SHOW_CURSOR}\n` : '';
  process.stderr.write(`${cursor}pagewalk: ${how}; unfinished outputs were removed\n`);
  process.exit(exitCode);
}

/** `pagewalk ... | head` closes the pipe early: that is no news to anybody, so nothing is printed. */
function endOnBrokenOutput(error: NodeJS.ErrnoException): void {
  discardUnfinished();
  if (error.code === 'EPIPE') process.exit(EXIT_INPUT);
  endOnError(fromSystemError(error, 'standard output') ?? error);
}

function endOnError(error: unknown): void {
  discardUnfinished();
  const { text, exitCode } = describeError(error);
  process.stderr.write(text);
  process.exit(exitCode);
}
