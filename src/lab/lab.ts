import type { Rng } from '../core/rng.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * What a course exercise is: data and a few pure functions. One engine shows, grades and packs them all. Everything
 * random comes from the generator that `generate` gets, so that a seed is a variant, on every host.
 */
export interface LabInfo {
  /** Kebab-case, as typed on the command line. */
  readonly id: string;
  readonly title: string;
  /** What a prepared student needs. */
  readonly minutes: number;
  /** One line for `pagewalk lab list`. */
  readonly about: string;
}

/** Answers by question. A list is a list; everything else is one text. */
export type Answer = string | readonly string[];
export type Answers = Readonly<Record<string, Answer>>;

/** An exercise with questions whose right answers the model computes. */
export interface PaperLab<I> extends LabInfo {
  readonly kind: 'paper';
  generate(rng: Rng): I;
  /** The exercise as students read it, tables and all; no line wider than 100 columns. */
  statement(instance: I): string;
  questions(instance: I): readonly Question[];
  /** The right answer to every question: worked out by the hardware or kernel model. */
  key(instance: I): Answers;
  /** How the answers come about, for `-c` and for grading. */
  working?(instance: I): string;
  readonly mistakes: readonly Mistake<I>[];
}

export interface Question {
  readonly id: string;
  readonly prompt: string;
  readonly points: number;
  readonly form: Form;
}

/** How an answer is written, and so how it is read. */
export type Form =
  /** A whole number: decimal, 0x or 0b; `_` and `,` may group digits. `hex` says how the key prints it. */
  | { readonly form: 'number'; readonly hex?: boolean }
  /** One of these words. */
  | { readonly form: 'word'; readonly among: readonly string[] }
  /** A physical address, or `fault CODE`. */
  | { readonly form: 'translation' }
  /** Several of one kind, in order; `any` order where `set`. */
  | { readonly form: 'list'; readonly of: ScalarForm; readonly length: number; readonly set?: boolean };
export type ScalarForm = Exclude<Form, { form: 'list' }>;

/** A typical mistake: what somebody answers who makes it and is right otherwise. */
export interface Mistake<I> {
  readonly id: string;
  /** What went wrong, told to the student. Names no right answer. */
  readonly why: string;
  /** The share of a question's points that such an answer keeps, 0..1; of a list at least 1/2. */
  readonly keeps: number;
  /** The answers that the mistake changes. */
  answers(instance: I, key: Answers): Answers;
}

/** An exercise whose answer is a program: a JavaScript module, run in a sandbox and judged by what it does. */
export interface CodeLab<I> extends LabInfo {
  readonly kind: 'code';
  /** Name of the file that students write. */
  readonly file: string;
  generate(rng: Rng): I;
  statement(instance: I): string;
  /** What students start from. */
  template(instance: I): string;
  /** A module that gets all points. */
  solution(instance: I): string;
  readonly criteria: readonly Criterion<I>[];
  readonly mistakes: readonly CodeMistake<I>[];
}

export interface Criterion<I> {
  readonly id: string;
  readonly points: number;
  readonly what: string;
  /** The share of the points earned, 0..1, and why not all of them. An error of the program's own may be thrown. */
  judge(program: Sandbox, instance: I): { readonly share: number; readonly reason: string };
}

export interface CodeMistake<I> {
  readonly id: string;
  readonly why: string;
  /** The points that such a program gets. */
  readonly marks: number;
  program(instance: I): string;
}
