import type { Answer, Form, ScalarForm } from './lab.ts';

/** An answer in the one spelling in which equal answers are equal texts; or why it is no such answer. */
export type Read =
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly problem: string };

/** Reads what a student wrote. */
export function readAnswer(form: Form, answer: Answer): Read {
  if (form.form === 'list') {
    const items = typeof answer === 'string' ? splitList(answer) : answer;
    const values: string[] = [];
    for (const [i, item] of items.entries()) {
      const read = readScalar(form.of, item);
      if (!read.ok) return { ok: false, problem: `item ${i + 1}: ${read.problem}` };
      values.push(read.value);
    }
    return { ok: true, value: form.set ? [...new Set(values)].sort() : values };
  }
  if (typeof answer !== 'string') return { ok: false, problem: 'a list, where one answer is asked for' };
  return readScalar(form, answer);
}

/** Whether two answers, both as {@link readAnswer} gives them, say the same. */
export function sameAnswer(a: Answer, b: Answer): boolean {
  return String(a) === String(b) && (typeof a === 'string') === (typeof b === 'string');
}

/** What to write, for people: `a number`, `one of hit, miss`, ... */
export function describeForm(form: Form): string {
  switch (form.form) {
    case 'number':
      return form.hex ? 'a number, 0x... for hex' : 'a number';
    case 'word':
      return `one of ${form.among.join(', ')}`;
    case 'translation':
      return 'a physical address (0x...), or `fault CODE`';
    default:
      return `[a, b, ...]: ${form.set ? 'in any order' : `${form.length} items`}, each ${describeForm(form.of)}`;
  }
}

/** A key's value as it is printed. */
export function showAnswer(form: Form, answer: Answer): string {
  if (form.form !== 'list') return showScalar(form, String(answer));
  return `[${(typeof answer === 'string' ? splitList(answer) : answer).map((item) => showScalar(form.of, item)).join(', ')}]`;
}

function showScalar(form: ScalarForm, text: string): string {
  const read = readScalar(form, text);
  if (!read.ok || form.form !== 'number') return text;
  return form.hex ? `0x${BigInt(read.value).toString(16)}` : read.value;
}

function splitList(text: string): string[] {
  const inner = text.trim().replace(/^\[|\]$/g, '');
  return inner.trim() === '' ? [] : inner.split(/[\s,;]+/).filter((item) => item !== '');
}

function readScalar(
  form: ScalarForm,
  text: string,
): { readonly ok: true; readonly value: string } | { readonly ok: false; readonly problem: string } {
  const word = text.trim().toLowerCase();
  if (word === '' || word === '?') return { ok: false, problem: 'no answer' };
  if (form.form === 'word') {
    const found = form.among.find((one) => one.toLowerCase() === word);
    return found === undefined
      ? { ok: false, problem: `'${text.trim()}' is not one of ${form.among.join(', ')}` }
      : { ok: true, value: found };
  }
  const fault = form.form === 'translation' ? /^(?:#?pf|(?:page )?fault)[ :=]*(.+)$/.exec(word) : null;
  const value = numberIn(fault ? fault[1]! : word);
  if (value === null) {
    const wanted = form.form === 'number' ? 'a number' : 'an address or `fault CODE`';
    return { ok: false, problem: `'${text.trim()}' is not ${wanted}` };
  }
  if (form.form === 'number') return { ok: true, value: value.toString() };
  return { ok: true, value: fault ? `fault ${value}` : `0x${value.toString(16)}` };
}

/** A whole number in decimal, hex or binary, digits grouped or not; null for anything else. */
function numberIn(text: string): bigint | null {
  const bare = text.replace(/[_,]/g, '');
  return /^(?:\d+|0x[0-9a-f]+|0b[01]+)$/.test(bare) ? BigInt(bare) : null;
}
