import { describe, expect, it } from 'vitest';
import { readAnswer, sameAnswer } from '../../src/lab/answer.ts';
import { gradePaper } from '../../src/lab/grade.ts';
import { LABS } from '../../src/lab/index.ts';
import type { Answers, PaperLab } from '../../src/lab/lab.ts';
import { showLab, shownText } from '../../src/lab/show.ts';
import { variantOf } from '../../src/lab/variant.ts';
import { SEEDS, variantsOf } from './seeds.ts';

const papers = LABS.filter((lab) => lab.kind === 'paper');

function round(marks: number): number {
  return Math.round(marks * 100) / 100;
}

/** Marks of somebody who makes this mistake and is right otherwise: what the lab's list says, added up by hand. */
function listedMarks(lab: PaperLab<unknown>, variant: unknown, wrong: Answers, keeps: number): number {
  const key = lab.key(variant);
  let marks = 0;
  for (const { id, points, form } of lab.questions(variant)) {
    const right = readAnswer(form, key[id]!);
    const given = readAnswer(form, wrong[id] ?? key[id]!);
    if (!right.ok || !given.ok) throw new Error(`${lab.id} ${id}`);
    marks += sameAnswer(right.value, given.value) ? points : round(points * keeps);
  }
  return round(marks);
}

describe.each(papers)('$id', (lab) => {
  it('gives full marks to every key, none to an empty sheet, and every listed mistake its listed marks', () => {
    for (const [seed, variant] of variantsOf(lab)) {
      const key = lab.key(variant);
      const full = gradePaper(lab, seed, key, variant);
      expect(full.questions.filter(({ verdict }) => verdict !== 'right')).toEqual([]);
      expect(full.marks).toBe(full.points);
      expect(gradePaper(lab, seed, {}, variant).marks).toBe(0);
      for (const mistake of lab.mistakes) {
        const wrong = mistake.answers(variant, key);
        const { marks, points, questions } = gradePaper(lab, seed, { ...key, ...wrong }, variant);
        expect({ seed, mistake: mistake.id, marks }).toEqual({
          seed,
          mistake: mistake.id,
          marks: listedMarks(lab, variant, wrong, mistake.keeps),
        });
        expect(marks).toBeLessThan(points);
        expect(questions.some((question) => question.mistake !== undefined)).toBe(true);
      }
    }
  });

  it('a recognised mistake in a list is worth at least what its right items are', () => {
    const lists = lab.questions(variantOf(lab, 0)).filter(({ form }) => form.form === 'list');
    const ids = new Set(lists.map(({ id }) => id));
    for (const mistake of lab.mistakes) {
      const variant = variantOf(lab, 0);
      const touched = Object.keys(mistake.answers(variant, lab.key(variant)));
      if (touched.some((id) => ids.has(id))) expect(mistake.keeps).toBeGreaterThanOrEqual(0.5);
    }
  });
});

describe.each(LABS)('$id', (lab) => {
  it('reads the same for the same seed, differs between seeds, and fits 100 columns', () => {
    const texts = new Set<string>();
    const seeds = SEEDS.slice(0, 40);
    for (const seed of seeds) {
      const shown = showLab(lab, seed, true);
      texts.add(shownText(shown, null));
      for (const line of shown.statement.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
      if (seed % 20 === 0) expect(showLab(lab, seed, true)).toEqual(shown);
    }
    expect(texts.size).toBeGreaterThan(lab.kind === 'paper' ? seeds.length * 0.8 : 10);
  });

  it('has an id in kebab-case, minutes and a line about it', () => {
    expect(lab.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(lab.minutes).toBeGreaterThan(0);
    expect(lab.about.length).toBeGreaterThan(10);
  });
});
