import type { CommandModule } from 'yargs';
import { checkCommand } from './lab/check.ts';
import { gradeCommand } from './lab/grade.ts';
import { listCommand } from './lab/list.ts';
import { packCommand } from './lab/pack.ts';
import { showCommand } from './lab/show.ts';
import { startCommand } from './lab/start.ts';
import { tlbsimCommand } from './lab/tlbsim.ts';
import { unsealCommand } from './lab/unseal.ts';

/** `pagewalk lab`: exercises for courses, drawn by seed, answered in a YAML sheet, graded with reasons. */
export const labCommand: CommandModule = {
  command: 'lab',
  describe: 'course exercises: question, answer, grading',
  builder: (yargs) =>
    yargs
      .command(listCommand)
      .command(showCommand)
      .command(startCommand)
      .command(checkCommand)
      .command(gradeCommand)
      .command(packCommand)
      .command(unsealCommand)
      .command(tlbsimCommand)
      .demandCommand(1, 'name what to do: list, show, start, check, grade, pack or tlbsim')
      .epilogue('docs/teaching.md has the syllabus map, the time of each lab, and how to grade.'),
  handler: () => undefined,
};
