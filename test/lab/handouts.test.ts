import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LABS } from '../../src/lab/index.ts';
import { showLab } from '../../src/lab/show.ts';

const FOLDER = new URL('../../docs/labs/', import.meta.url);

describe('the handouts', () => {
  it('are one for each lab, numbered in the order of the course', () => {
    const expected = LABS.map(({ id }, i) => `${String(i + 1).padStart(2, '0')}-${id}.md`);
    expect(readdirSync(FOLDER).filter((name) => name.endsWith('.md'))).toEqual(expected);
  });

  it.each(LABS.map((lab, i) => [lab.id, lab, i] as const))(
    'of %s say its time, its points, and every listed mistake with what it is worth',
    (_id, lab, i) => {
      const text = readFileSync(new URL(`${String(i + 1).padStart(2, '0')}-${lab.id}.md`, FOLDER), 'utf8');
      const { points } = showLab(lab, 0, false);
      expect(text).toContain(`# ${i + 1}. ${lab.title}\n`);
      expect(text).toContain(`\`${lab.id}\`: about ${lab.minutes} minutes, ${points} points.`);
      const rows = text.split('## Marks')[1]!.matchAll(/^\| ([a-z-]+) \| (.+) \| ([\d.]+) \|$/gm);
      const listed = [...rows].map(([, id, why, worth]) => ({ id, why, worth: Number(worth) }));
      const mistakes =
        lab.kind === 'paper'
          ? lab.mistakes.map(({ id, why, keeps }) => ({ id, why, worth: keeps }))
          : lab.mistakes.map(({ id, why, marks }) => ({ id, why, worth: marks }));
      expect(listed).toEqual(mistakes);
    },
  );
});
