import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { InputError } from '../../core/errors.ts';
import { isTypeScript, withoutTypes } from '../../lab/node/strip-types.ts';
import { readSheet, type Sheet } from '../../lab/sheet.ts';
import { fromSystemError } from '../errors.ts';

/** More than any answer or program needs. */
const MAX_BYTES = 1 << 20;

/** A small text file. @throws InputError for a missing, large or binary one */
export async function readText(path: string, what: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new InputError(`${size} bytes are too many for ${what}`, { place: path });
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError)
      throw new InputError(`${what} is UTF-8 text, and this is not`, { place: path });
    throw fromSystemError(error, path) ?? error;
  }
}

/** A submission with its program, which stands beside the sheet or below it. */
export async function readSubmission(path: string): Promise<{ sheet: Sheet; program: string | null }> {
  const sheet = readSheet(await readText(path, 'an answer sheet'), path);
  if (sheet.program === null) return { sheet, program: null };
  const folder = resolve(dirname(path));
  const file = resolve(folder, sheet.program);
  // A sheet handed in by somebody else may not name any file of the grader's.
  const inside = relative(folder, file);
  if (inside.startsWith('..') || isAbsolute(inside))
    throw new InputError(`the program '${sheet.program}' is not beside the sheet`, {
      place: path,
      remedy: 'put it into the same folder, and write its name alone',
    });
  const program = await readText(file, 'a program');
  return { sheet, program: isTypeScript(file) ? withoutTypes(program, file) : program };
}
