import type { CommandModule } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { junitXml } from '../../lab/junit.ts';
import { resultText } from '../../lab/result-text.ts';
import { gradeSheet } from '../../lab/submission.ts';
import { print, writeFileAtomic } from '../output.ts';
import { readSubmission } from './files.ts';

interface CheckArguments {
  answers: string;
  json: string | undefined;
  junit: string | undefined;
}

export const checkCommand: CommandModule<object, CheckArguments> = {
  command: 'check <answers>',
  describe: 'marks and reasons for a filled-in sheet, without the answers',
  builder: (yargs) =>
    yargs
      .positional('answers', { type: 'string', demandOption: true, describe: 'a sheet of `lab start`' })
      .option('json', {
        type: 'string',
        requiresArg: true,
        describe: 'write the result as JSON, - for stdout',
      })
      .option('junit', { type: 'string', requiresArg: true, describe: 'write the result as JUnit XML' })
      .epilogue('Exit code 0 for full marks, 1 for less.'),
  handler: async ({ answers, json, junit }) => {
    const { sheet, program } = await readSubmission(answers);
    if (sheet.seed === null)
      throw new InputError('only the instructor can check a packed sheet', {
        place: answers,
        remedy: 'practise on a variant of your own: pagewalk lab start',
      });
    const result = await gradeSheet(sheet, sheet.seed, program, answers);
    if (json !== undefined) await writeFileAtomic(json, `${JSON.stringify(result, null, 2)}\n`);
    if (junit !== undefined)
      await writeFileAtomic(junit, junitXml([{ name: sheet.lab, result, problem: null }]));
    if (json !== '-' && junit !== '-') await print(resultText(result, `variant ${sheet.seed}`));
    if (result.marks < result.points) process.exitCode = 1;
  },
};
