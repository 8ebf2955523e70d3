import { isScalar, isSeq } from 'yaml';
import { InputError } from '../core/errors.ts';
import { yamlDocument } from '../sim/yaml-document.ts';
import type { Answer, Answers } from './lab.ts';
import type { Shown } from './show.ts';

/** What a submission file says. */
export interface Sheet {
  readonly lab: string;
  /** Null on a packed sheet: the instructor's key knows it. */
  readonly seed: number | null;
  readonly student: string | null;
  /** Name of the program file beside the sheet, in labs that ask for one. */
  readonly program: string | null;
  readonly answers: Answers;
}

/** Written on a packed sheet in place of the seed. */
const PACKED = 'packed';
const WIDTH = 96;

/** The empty answer sheet of a variant: YAML, the questions as comments. */
export function emptySheet(
  shown: Shown,
  options: { seed: number | null; student?: string; program?: string },
): string {
  const { seed, student, program } = options;
  const show = seed === null ? 'exercise.txt' : `pagewalk lab show ${shown.lab} -s ${seed}`;
  const head = [
    `# ${shown.title}: ${shown.points} points. The exercise: ${show}`,
    `lab: ${shown.lab}`,
    `variant: ${seed ?? PACKED}`,
    `student: ${student === undefined ? '' : JSON.stringify(student)}`.trimEnd(),
  ];
  if (program !== undefined)
    return `${[...head, '', '# Your program, a file beside this one:', `program: ${program}`].join('\n')}\n`;
  const questions = shown.questions.map(({ id, prompt, points, form }) =>
    [...comment(`${id} (${points}) ${prompt}`), ...comment(`   write ${form}`), `${id}:`].join('\n'),
  );
  return `${[head.join('\n'), ...questions].join('\n\n')}\n`;
}

/**
 * Reads a submission.
 * @param place the file's name, for messages
 * @throws InputError with line and column for anything that is no sheet
 */
export function readSheet(text: string, place: string): Sheet {
  const document = yamlDocument(text, place, { schema: 'failsafe', prettyErrors: true });
  const broken = document.errors[0];
  if (broken) {
    const at = broken.linePos?.[0];
    throw new InputError(`not YAML: ${broken.message.split('\n')[0]!.replace(/ at line .*$/, '')}`, {
      place: at ? `${place}:${at.line}:${at.col}` : place,
      remedy: 'write `q1: answer`, one a line; lists as [a, b, c]',
    });
  }
  const contents = document.contents;
  if (contents === null || !('items' in contents) || isSeq(contents))
    throw new InputError('not an answer sheet', {
      place,
      remedy: 'begin with what `pagewalk lab start LAB` writes',
    });
  const fields = new Map<string, Answer>();
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (isSeq(value))
      fields.set(
        name,
        value.items.map((item) => (isScalar(item) ? textOf(item.value) : '?')),
      );
    else if (value === null || isScalar(value)) fields.set(name, textOf(value === null ? null : value.value));
    else
      throw new InputError(`'${name}' holds a mapping, where an answer is expected`, {
        place,
        remedy: `write \`${name}: answer\``,
      });
  }
  const scalar = (name: string): string | null => {
    const value = fields.get(name);
    fields.delete(name);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const lab = scalar('lab');
  if (lab === null)
    throw new InputError('the sheet does not say which lab it answers', {
      place,
      remedy: 'keep the line `lab: NAME` that `pagewalk lab start` wrote',
    });
  return {
    lab,
    seed: seedIn(scalar('variant'), place),
    student: scalar('student'),
    program: scalar('program'),
    answers: Object.fromEntries(fields),
  };
}

function seedIn(text: string | null, place: string): number | null {
  if (text === PACKED) return null;
  if (text !== null && /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  throw new InputError(text === null ? 'the sheet names no variant' : `'${text}' is no variant`, {
    place,
    remedy: 'keep the line `variant: NUMBER` that `pagewalk lab start` wrote',
  });
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

/** A text as comment lines. */
function comment(text: string): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '#';
    for (const word of paragraph.split(' ')) {
      if (line.length + word.length + 1 > WIDTH && line !== '#') {
        lines.push(line);
        line = '#  ';
      }
      line += ` ${word}`;
    }
    lines.push(line.trimEnd());
  }
  return lines;
}
