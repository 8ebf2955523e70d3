import { describe, expect, it } from 'vitest';
import { readAnswer, showAnswer } from '../../src/lab/answer.ts';
import type { Form } from '../../src/lab/lab.ts';

const NUMBER: Form = { form: 'number', hex: true };
const TRANSLATION: Form = { form: 'translation' };
const WORDS: Form = { form: 'list', of: { form: 'word', among: ['hit', 'miss'] }, length: 3 };

function value(form: Form, answer: string | string[]) {
  const read = readAnswer(form, answer);
  return read.ok ? read.value : read.problem;
}

describe('answers', () => {
  it.each(['31', '0x1f', '0X1F', '0b11111', ' 0x1F ', '0x0000_001f'])('read %j as the number 31', (text) => {
    expect(value(NUMBER, text)).toBe('31');
  });

  it('keep 64-bit numbers exact', () => {
    expect(value(NUMBER, '0xffffffffffffffff')).toBe('18446744073709551615');
  });

  it.each(['1f', '0x', '-1', '1.5', 'many'])('refuse %j as a number, quoting it', (text) => {
    expect(value(NUMBER, text)).toContain(`'${text}'`);
  });

  it.each(['fault 7', 'PF 7', '#pf: 0x7', 'page fault = 0b111', 'fault 7 '])('read %j as fault 7', (text) => {
    expect(value(TRANSLATION, text)).toBe('fault 7');
  });

  it('never take an address for a fault code', () => {
    expect(value(TRANSLATION, '7')).toBe('0x7');
  });

  it('read words whatever their case, and say which there are', () => {
    expect(value(WORDS, ['HIT', 'miss', ' Hit '])).toEqual(['hit', 'miss', 'hit']);
    expect(value(WORDS, ['hit', 'h'])).toBe("item 2: 'h' is not one of hit, miss");
  });

  it('read a list as YAML gives it, or as one text', () => {
    expect(value(WORDS, 'hit, miss hit')).toEqual(['hit', 'miss', 'hit']);
    expect(value(WORDS, '[hit,miss]')).toEqual(['hit', 'miss']);
  });

  it('compare sets whatever their order', () => {
    const set: Form = { form: 'list', of: { form: 'number' }, length: 1, set: true };
    expect(value(set, ['3', '0x1', '3'])).toEqual(value(set, '1 3'));
    expect(value(set, [])).toEqual([]);
  });

  it('are shown in hex where the exercise speaks hex', () => {
    expect(showAnswer(NUMBER, '31')).toBe('0x1f');
    expect(showAnswer(WORDS, ['hit', 'miss'])).toBe('[hit, miss]');
  });
});
