import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { readStudents } from '../../../src/lab/node/students.ts';

describe('a list of students', () => {
  it('is one a line or the first column of a CSV file, with comments', () => {
    expect(readStudents('# class\nada,Ada Lovelace\n"bob"\n\nzoë-1 # late\n', 's')).toEqual([
      'ada',
      'bob',
      'zoë-1',
    ]);
  });

  it('may begin with the name of its column, as what a course system exports does', () => {
    for (const heading of [
      'student',
      'Name',
      'SIS User ID',
      'Student ID',
      'login',
      'Email address',
      'username',
    ])
      expect(readStudents(`\ufeff${heading},section\r\nada,1\r\nname,2\r\n`, 's')).toEqual(['ada', 'name']);
  });

  it('takes a quoted field as a whole, commas and doubled quotes too', () => {
    expect(readStudents('"ada lovelace",1\n', 's')).toEqual(['ada lovelace']);
    expect(() => readStudents('"Lovelace, ""Ada""",1\n', 's')).toThrow(`'Lovelace, "Ada"' cannot be`);
  });

  it.each(['../etc', 'a/b', '.hidden', 'ada\nada', '# nobody\n', 'student\n'])('is refused: %j', (text) => {
    expect(() => readStudents(text, 's')).toThrow(InputError);
  });
});
