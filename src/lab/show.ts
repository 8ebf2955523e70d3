import { describeForm, showAnswer } from './answer.ts';
import type { CodeLab, PaperLab } from './lab.ts';
import { variantOf } from './variant.ts';

/** What `lab show` prints: the exercise, and with `solved` the answers and how they come about. */
export interface Shown {
  readonly lab: string;
  readonly title: string;
  readonly minutes: number;
  readonly seed: number;
  readonly points: number;
  readonly statement: string;
  readonly questions: readonly ShownQuestion[];
  /** With `solved`: how the answers come about; of a program lab, a program that gets all points. */
  readonly working?: string;
}

export interface ShownQuestion {
  readonly id: string;
  readonly points: number;
  readonly prompt: string;
  /** How to write the answer. */
  readonly form: string;
  readonly answer?: string;
}

/** One variant of a lab as data. */
export function showLab<I>(lab: PaperLab<I> | CodeLab<I>, seed: number, solved: boolean): Shown {
  const instance = variantOf(lab, seed);
  const head = { lab: lab.id, title: lab.title, minutes: lab.minutes, seed };
  if (lab.kind === 'code') {
    return {
      ...head,
      points: lab.criteria.reduce((sum, { points }) => sum + points, 0),
      statement: lab.statement(instance),
      questions: lab.criteria.map(({ id, points, what }) => ({ id, points, prompt: what, form: lab.file })),
      ...(solved && { working: lab.solution(instance) }),
    };
  }
  const key = solved ? lab.key(instance) : {};
  const questions = lab.questions(instance);
  return {
    ...head,
    points: questions.reduce((sum, { points }) => sum + points, 0),
    statement: lab.statement(instance),
    questions: questions.map(({ id, points, prompt, form }) => ({
      id,
      points,
      prompt,
      form: describeForm(form),
      ...(solved && { answer: showAnswer(form, key[id]!) }),
    })),
    ...(solved && lab.working && { working: lab.working(instance) }),
  };
}

/** The exercise as a page of text. `seed` null: a packed variant, whose seed is the instructor's. */
export function shownText(shown: Shown, seed: number | null = shown.seed): string {
  const variant = seed === null ? '' : `, variant ${seed}`;
  const title = `${shown.title}   (${shown.lab}${variant}: ${shown.points} points, about ${shown.minutes} minutes)`;
  const questions = shown.questions.map(({ id, points, prompt, form, answer }) => {
    const lines = [
      `${id} (${points} ${points === 1 ? 'point' : 'points'})  ${prompt.replaceAll('\n', '\n    ')}`,
    ];
    lines.push(answer === undefined ? `    answer: ${form}` : `    answer: ${answer}`);
    return lines.join('\n');
  });
  const working = shown.working === undefined ? [] : [shown.working.trimEnd()];
  return `${[title, shown.statement.trimEnd(), ...questions, ...working].join('\n\n')}\n`;
}
