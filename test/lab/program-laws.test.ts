import { describe, expect, it } from 'vitest';
import { gradeProgram } from '../../src/lab/grade.ts';
import { LABS } from '../../src/lab/index.ts';
import { PROGRAM_SEEDS, variantsOf } from './seeds.ts';

const programs = LABS.filter((lab) => lab.kind === 'code');
/** Every variant is a program run some thousand times in the sandbox. */
const TIMEOUT = 300_000;

describe.each(programs)('$id', (lab) => {
  it(`gives full marks to the solution, in ${PROGRAM_SEEDS.length} variants`, {
    timeout: TIMEOUT,
  }, async () => {
    for (const [seed, variant] of variantsOf(lab, PROGRAM_SEEDS)) {
      const { questions } = await gradeProgram(lab, seed, lab.solution(variant));
      expect({ seed, notRight: questions.filter(({ verdict }) => verdict !== 'right') }).toEqual({
        seed,
        notRight: [],
      });
    }
  });

  it('gives nothing for what students start from', async () => {
    for (const [seed, variant] of variantsOf(lab, [0, 1, 2]))
      expect((await gradeProgram(lab, seed, lab.template(variant))).marks).toBe(0);
  });

  it.each(lab.mistakes)(
    `gives the mistake $id its $marks points, in ${PROGRAM_SEEDS.length} variants`,
    { timeout: TIMEOUT },
    async ({ marks, program }) => {
      for (const [seed, variant] of variantsOf(lab, PROGRAM_SEEDS)) {
        const result = await gradeProgram(lab, seed, program(variant));
        expect({ seed, marks: result.marks }).toEqual({ seed, marks });
      }
    },
  );
});
