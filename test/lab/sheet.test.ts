import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { LABS } from '../../src/lab/index.ts';
import { emptySheet, readSheet } from '../../src/lab/sheet.ts';
import { showLab } from '../../src/lab/show.ts';

function problem(text: string): { message: string; place: string | undefined } {
  try {
    readSheet(text, 'a.yaml');
  } catch (error) {
    if (error instanceof InputError) return { message: error.message, place: error.place };
    throw error;
  }
  throw new Error('no problem');
}

describe('answer sheets', () => {
  it.each(LABS)('of $id, empty, are read back as a sheet of that variant without answers', (lab) => {
    const text = emptySheet(showLab(lab, 7, false), { seed: 7, student: 'Ada: "x" #1' });
    const sheet = readSheet(text, 'x');
    expect(sheet).toMatchObject({ lab: lab.id, seed: 7, student: 'Ada: "x" #1' });
    expect(Object.values(sheet.answers).every((answer) => answer === '')).toBe(true);
  });

  it('keep answers as texts: no number loses digits, no word becomes a boolean', () => {
    const { answers } = readSheet(
      'lab: x\nvariant: 1\nq1: 0x1F\nq2: [yes, 007, ~]\nq3: 18446744073709551615\n',
      'a',
    );
    expect(answers).toEqual({ q1: '0x1F', q2: ['yes', '007', '~'], q3: '18446744073709551615' });
  });

  it('say that they are packed when the seed is the instructor’s', () => {
    const text = emptySheet(showLab(LABS[0]!, 7, false), { seed: null, student: 'ada' });
    expect(text).not.toContain('7');
    expect(readSheet(text, 'a').seed).toBeNull();
  });

  it.each([
    ['lab: x\nvariant: 1\nq1: [a,\n', 'a.yaml:'],
    ['- a\n- b\n', 'a.yaml'],
    ['', 'a.yaml'],
    ['variant: 1\n', 'a.yaml'],
    ['lab: x\n', 'a.yaml'],
    ['lab: x\nvariant: -1\n', 'a.yaml'],
    ['lab: x\nvariant: 4294967296\n', 'a.yaml'],
    ['lab: x\nvariant: 1\nq1: {a: b}\n', 'a.yaml'],
    ['lab: x\nlab: y\nvariant: 1\n', 'a.yaml:2'],
  ])('that are none are refused with their place: %j', (text, place) => {
    expect(problem(text).place).toContain(place);
  });
});
