import { readAnswer, sameAnswer } from './answer.ts';
import type { Answer, Answers, CodeLab, Criterion, Form, PaperLab, Question } from './lab.ts';
import { ProgramError, Sandbox } from './sandbox.ts';
import { variantOf } from './variant.ts';

/** What became of one question (or, of a program, of one criterion). */
export interface QuestionResult {
  readonly id: string;
  readonly points: number;
  /** 0..points, in hundredths. */
  readonly marks: number;
  readonly verdict: 'right' | 'partial' | 'wrong' | 'missing';
  /** For the student: why. Never the right answer. */
  readonly reason: string;
  /** The listed mistake that was recognised. */
  readonly mistake?: string;
}

/** What became of a submission: the object that `--json` prints (docs/teaching.md). */
export interface LabResult {
  readonly version: 1;
  readonly lab: string;
  readonly seed: number;
  readonly points: number;
  readonly marks: number;
  readonly questions: readonly QuestionResult[];
  /** What a program printed. */
  readonly output?: readonly string[];
}

/** An unrecognised list earns up to this share, item by item. */
const LIST_SHARE = 0.5;

/** Grades the answers to one variant. A question that is not among them is missing; others are not looked at. */
export function gradePaper<I>(
  lab: PaperLab<I>,
  seed: number,
  answers: Answers,
  instance: I = variantOf(lab, seed),
): LabResult {
  const key = lab.key(instance);
  const mistaken = lab.mistakes.map((mistake) => ({ mistake, answers: mistake.answers(instance, key) }));
  const questions = lab.questions(instance).map((question): QuestionResult => {
    const { id, points, form } = question;
    const given = answers[id];
    if (given === undefined || isBlank(given))
      return { id, points, marks: 0, verdict: 'missing', reason: 'no answer' };
    const read = readAnswer(form, given);
    if (!read.ok) return { id, points, marks: 0, verdict: 'wrong', reason: read.problem };
    const right = canonical(form, key[id]!);
    if (sameAnswer(read.value, right))
      return { id, points, marks: points, verdict: 'right', reason: 'right' };
    const known = mistaken
      .filter(
        ({ answers: wrong }) => wrong[id] !== undefined && sameAnswer(canonical(form, wrong[id]), read.value),
      )
      .sort((a, b) => b.mistake.keeps - a.mistake.keeps)[0]?.mistake;
    if (known) {
      const marks = hundredths(points * known.keeps);
      const verdict = marks > 0 ? 'partial' : 'wrong';
      return { id, points, marks, verdict, reason: known.why, mistake: known.id };
    }
    return unknownMistake(question, read.value, right);
  });
  return resultOf(lab.id, seed, questions);
}

/** Runs a program against every criterion. Nothing that it does can end the grading. */
export async function gradeProgram<I>(lab: CodeLab<I>, seed: number, source: string): Promise<LabResult> {
  const instance = variantOf(lab, seed);
  let program: Sandbox;
  try {
    program = await Sandbox.load(source, lab.file);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    const reason = `the module does not load: ${error.message}`;
    const none = lab.criteria.map(
      ({ id, points }) => ({ id, points, marks: 0, verdict: 'wrong', reason }) as const,
    );
    return resultOf(lab.id, seed, none);
  }
  try {
    const questions = lab.criteria.map((criterion) => judge(criterion, program, instance));
    return { ...resultOf(lab.id, seed, questions), output: program.output };
  } finally {
    program.dispose();
  }
}

function judge<I>(criterion: Criterion<I>, program: Sandbox, instance: I): QuestionResult {
  const { id, points } = criterion;
  program.refill();
  try {
    const { share, reason } = criterion.judge(program, instance);
    const marks = hundredths(points * share);
    const verdict = marks === points ? 'right' : marks > 0 ? 'partial' : 'wrong';
    return { id, points, marks, verdict, reason };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return { id, points, marks: 0, verdict: 'wrong', reason: error.message };
  }
}

/** Wrong in no listed way: nothing for one answer, up to half for a list of which items are right. */
function unknownMistake({ id, points, form }: Question, given: Answer, right: Answer): QuestionResult {
  if (form.form !== 'list' || typeof given === 'string' || typeof right === 'string')
    return { id, points, marks: 0, verdict: 'wrong', reason: 'not right' };
  const hits = form.set
    ? given.filter((item) => right.includes(item)).length
    : right.filter((item, i) => given[i] === item).length;
  const extra = Math.max(0, given.length - right.length);
  const share = right.length === 0 ? 0 : Math.max(0, hits - extra) / right.length;
  const marks = hundredths(points * LIST_SHARE * share);
  const counted =
    given.length === right.length || form.set ? '' : ` (${given.length} items, ${right.length} expected)`;
  const first = form.set
    ? ''
    : `; the first wrong one is item ${right.findIndex((item, i) => given[i] !== item) + 1}`;
  const reason = `${hits} of ${right.length} items are right${counted}${hits < right.length ? first : ''}`;
  return { id, points, marks, verdict: marks > 0 ? 'partial' : 'wrong', reason };
}

function canonical(form: Form, answer: Answer): Answer {
  const read = readAnswer(form, answer);
  if (!read.ok) throw new Error(`a key that cannot be read: ${read.problem}`);
  return read.value;
}

function isBlank(answer: Answer): boolean {
  if (typeof answer === 'string') return /^\??$/.test(answer.trim());
  return answer.length > 0 && answer.every(isBlank);
}

function resultOf(lab: string, seed: number, questions: readonly QuestionResult[]): LabResult {
  const sum = (of: (one: QuestionResult) => number) =>
    hundredths(questions.reduce((total, one) => total + of(one), 0));
  return {
    version: 1,
    lab,
    seed,
    points: sum((one) => one.points),
    marks: sum((one) => one.marks),
    questions,
  };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
