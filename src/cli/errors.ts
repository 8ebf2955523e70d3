import { InputError } from '../core/errors.ts';

/** Exit codes of the command line; README and docs say the same. */
export const EXIT_FINE = 0;
/** Wrong use, bad input, output that cannot be written. */
export const EXIT_INPUT = 2;
/** A bug in pagewalk (EX_SOFTWARE of sysexits.h). */
export const EXIT_BUG = 70;
export const EXIT_INTERRUPTED = 130;
export const EXIT_TERMINATED = 143;

/**
 * What to print on stderr for an error, and with which code to exit: message, place, remedy for what the user can
 * mend; for a bug its message and how to report it. Never a stack, unless PAGEWALK_DEBUG is set.
 */
export function describeError(error: unknown): { text: string; exitCode: number } {
  const input = error instanceof InputError ? error : fromSystemError(error);
  if (input) {
    const lines = [`pagewalk: ${input.message}`];
    if (input.place !== undefined) lines.push(`  at:  ${input.place}`);
    if (input.remedy !== undefined) lines.push(`  try: ${input.remedy}`);
    return { text: `${lines.join('\n')}\n`, exitCode: EXIT_INPUT };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = process.env.PAGEWALK_DEBUG && error instanceof Error ? `${error.stack}\n` : '';
  return {
    text: `pagewalk: a bug in pagewalk: ${what}\n  try: run it again with PAGEWALK_DEBUG=1 and report what it prints\n${stack}`,
    exitCode: EXIT_BUG,
  };
}

/** What the operating system's error codes mean to a user, and what to do. */
const SYSTEM_ERRORS: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  ENOENT: ['no such file or folder', 'check the path'],
  EISDIR: ['this is a folder, and a file was expected', 'name a file'],
  ENOTDIR: ['a part of this path is a file, not a folder', 'check the path'],
  EACCES: ['permission denied', 'check the permissions, or use another place'],
  EPERM: ['operation not permitted', 'check the permissions, or use another place'],
  EROFS: ['the file system is read-only', 'use another place'],
  ENOSPC: ['no space left on the device', 'free some space, or write elsewhere'],
  EDQUOT: ['the disk quota is used up', 'free some space, or write elsewhere'],
  EFBIG: ['the file would be too large', 'write elsewhere, or less'],
  EMFILE: ['too many open files', 'raise the limit (ulimit -n)'],
  ENAMETOOLONG: ['the name is too long', 'use a shorter one'],
  ELOOP: ['symbolic links lead in a circle', 'check the path'],
  EIO: ['the device reports a read or write error', 'check the disk'],
};

/** A failed file operation as an InputError; undefined for any other error. `place` defaults to the error's path. */
export function fromSystemError(error: unknown, place?: string): InputError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const known = SYSTEM_ERRORS[error.code];
  if (!known) return undefined;
  const [message, remedy] = known;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const at = place ?? path;
  return new InputError(message, { remedy, ...(at !== undefined && { place: at }) });
}
