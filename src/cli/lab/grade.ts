import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { CommandModule } from 'yargs';
import { InputError } from '../../core/errors.ts';
import type { LabResult } from '../../lab/grade.ts';
import { junitXml } from '../../lab/junit.ts';
import { openPack, type PackKey } from '../../lab/node/pack.ts';
import type { Sheet } from '../../lab/sheet.ts';
import { gradeSheet } from '../../lab/submission.ts';
import { columns } from '../../report/format.ts';
import { fromSystemError } from '../errors.ts';
import { print, writeFileAtomic } from '../output.ts';
import { readSubmission, readText } from './files.ts';
import { passphraseOption, readPassphrase } from './passphrase.ts';

interface GradeArguments {
  directory: string;
  key: string | undefined;
  'passphrase-file': string | undefined;
  json: string | undefined;
  csv: string | undefined;
  junit: string | undefined;
}

/** One line of the class list: what came of a file. */
interface Graded {
  readonly file: string;
  readonly student: string;
  readonly lab: string;
  readonly result: LabResult | null;
  readonly problem: string | null;
}

export const gradeCommand: CommandModule<object, GradeArguments> = {
  command: 'grade <directory>',
  describe: 'grade every sheet (*.yaml) in a folder and its sub-folders',
  builder: (yargs) =>
    yargs
      .positional('directory', { type: 'string', demandOption: true, describe: 'a folder of submissions' })
      .option('key', { type: 'string', requiresArg: true, describe: 'the key.sealed of the pack' })
      .option('passphrase-file', passphraseOption)
      .option('json', {
        type: 'string',
        requiresArg: true,
        describe: 'write the results as JSON, - for stdout',
      })
      .option('csv', { type: 'string', requiresArg: true, describe: 'write student,lab,marks,points lines' })
      .option('junit', { type: 'string', requiresArg: true, describe: 'write JUnit XML' })
      .epilogue('Exit code 1 when a sheet could not be graded.'),
  handler: async ({ directory, key: keyFile, 'passphrase-file': passphraseFile, json, csv, junit }) => {
    const key =
      keyFile === undefined
        ? null
        : openPack(await readText(keyFile, 'a sealed key'), await readPassphrase(passphraseFile), keyFile);
    const graded: Graded[] = [];
    for (const path of await sheetsIn(directory)) graded.push(await gradeFile(path, directory, key));
    if (json !== undefined)
      await writeFileAtomic(json, `${JSON.stringify({ version: 1, graded }, null, 2)}\n`);
    if (csv !== undefined) await writeFileAtomic(csv, csvOf(graded));
    if (junit !== undefined)
      await writeFileAtomic(
        junit,
        junitXml(graded.map((one) => ({ name: `${one.student} ${one.lab}`.trim(), ...one }))),
      );
    if (![json, csv, junit].includes('-')) await print(tableOf(graded));
    if (graded.some(({ problem }) => problem !== null)) process.exitCode = 1;
  },
};

async function sheetsIn(directory: string): Promise<string[]> {
  let entries: Awaited<ReturnType<typeof list>>;
  try {
    entries = await list(directory);
  } catch (error) {
    throw fromSystemError(error, directory) ?? error;
  }
  const sheets = entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (sheets.length === 0)
    throw new InputError('no answer sheets (*.yaml) in this folder', { place: directory });
  return sheets;
}

function list(directory: string) {
  return readdir(directory, { recursive: true, withFileTypes: true });
}

/** What is wrong with one submission is told in its line: the others are graded all the same. */
async function gradeFile(path: string, directory: string, key: PackKey | null): Promise<Graded> {
  const file = relative(directory, path);
  let student = file.replace(/\.ya?ml$/i, '');
  let lab = '';
  try {
    const { sheet, program } = await readSubmission(path);
    lab = sheet.lab;
    student = sheet.student ?? student;
    const result = await gradeSheet(sheet, seedFor(sheet, key, path), program, path);
    return { file, student, lab, result, problem: null };
  } catch (error) {
    const known = error instanceof InputError ? error : fromSystemError(error, path);
    if (!known) throw error;
    return { file, student, lab, result: null, problem: known.message };
  }
}

/** The variant to grade by: the key's where there is one, so that nobody chooses their own. */
function seedFor(sheet: Sheet, key: PackKey | null, place: string): number {
  if (key === null) {
    if (sheet.seed !== null) return sheet.seed;
    throw new InputError('a packed sheet: grade it with --key', { place });
  }
  if (sheet.seed !== null)
    throw new InputError('the sheet names a variant of its own, not that of the pack', { place });
  const entry = key.entries.find(({ student, lab }) => student === sheet.student && lab === sheet.lab);
  if (entry) return entry.seed;
  throw new InputError(`the key knows no ${sheet.lab} of student '${sheet.student ?? ''}'`, { place });
}

function csvOf(graded: readonly Graded[]): string {
  const rows = graded.map(({ file, student, lab, result, problem }) => [
    student,
    lab,
    result === null ? '' : String(result.seed),
    result === null ? '' : String(result.marks),
    result === null ? '' : String(result.points),
    file,
    problem ?? '',
  ]);
  return [['student', 'lab', 'variant', 'marks', 'points', 'file', 'problem'], ...rows]
    .map((row) => `${row.map(quoted).join(',')}\n`)
    .join('');
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function tableOf(graded: readonly Graded[]): string {
  const rows = graded.map(({ student, lab, result }) => [
    student,
    lab,
    result === null ? '-' : `${result.marks}`,
    result === null ? '' : `of ${result.points}`,
  ]);
  const problems = graded.flatMap(({ file, problem }) => (problem === null ? [] : [`${file}: ${problem}`]));
  return `${[columns([['student', 'lab', 'marks', ''], ...rows], ''), ...problems].join('\n')}\n`;
}
