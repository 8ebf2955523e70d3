import { InputError } from '../../core/errors.ts';

/** What the first column of a class list is called where its first line says so. */
const HEADING =
  /^(students?|((last|first|full) ?)?names?|surname|user ?names?|users?|logins?|e-?mail( address)?|((student|user|sis|login)[ _-]?)*ids?)$/i;

/**
 * The students of a list: one a line, or the first field of a CSV line, quoted or not; # begins a comment, and a first
 * line that only says what the column is is left out.
 * @throws InputError for a name that cannot be a folder, a repeated one, or none at all
 */
export function readStudents(text: string, place: string): string[] {
  const students: string[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const name = firstField(line);
    if (name === '' || (students.length === 0 && HEADING.test(name))) continue;
    const where = `${place}:${i + 1}`;
    if (!/^[\p{L}\p{N}_@+-][\p{L}\p{N}._@+ -]{0,99}$/u.test(name))
      throw new InputError(`'${name}' cannot be the name of a folder`, {
        place: where,
        remedy:
          'use letters, digits, spaces and . _ @ + -, such as the login or the number in the class list',
      });
    if (students.includes(name)) throw new InputError(`student '${name}' is listed twice`, { place: where });
    students.push(name);
  }
  if (students.length === 0)
    throw new InputError('no students in the list', { place, remedy: 'write one name or id a line' });
  return students;
}

function firstField(line: string): string {
  const quoted = /^\s*"((?:[^"]|"")*)"/.exec(line.replace(/^\ufeff/, ''));
  if (quoted) return quoted[1]!.replaceAll('""', '"').trim();
  return line
    .replace(/^\ufeff/, '')
    .replace(/#.*/, '')
    .split(/[,;\t]/)[0]!
    .trim();
}
