import { InputError } from '../core/errors.ts';
import { gradePaper, gradeProgram, type LabResult } from './grade.ts';
import { labNamed } from './index.ts';
import type { Sheet } from './sheet.ts';
import { variantOf } from './variant.ts';

/**
 * Grades one submission.
 * @param seed of the variant: the sheet's own, or what the instructor's key says
 * @param program text of the program file, in labs that ask for one
 * @throws InputError for a lab that does not exist or a program that is not there
 */
export async function gradeSheet(
  sheet: Sheet,
  seed: number,
  program: string | null,
  place: string,
): Promise<LabResult> {
  const lab = labNamed(sheet.lab);
  if (lab.kind === 'paper') {
    const known = new Set(lab.questions(variantOf(lab, seed)).map(({ id }) => id));
    const stray = Object.keys(sheet.answers).find((id) => !known.has(id));
    if (stray !== undefined)
      throw new InputError(`${lab.id} has no question '${stray}'`, {
        place,
        remedy: `its questions are ${[...known].join(', ')}`,
      });
    return gradePaper(lab, seed, sheet.answers);
  }
  if (program === null)
    throw new InputError(`${lab.id} asks for a program, and the sheet names none`, {
      place,
      remedy: `write \`program: ${lab.file}\``,
    });
  return gradeProgram(lab, seed, program);
}
