import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommandModule } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { LABS, labNamed } from '../../lab/index.ts';
import { KEY_FILE, makePack } from '../../lab/node/pack.ts';
import { readStudents } from '../../lab/node/students.ts';
import { fromSystemError } from '../errors.ts';
import { print } from '../output.ts';
import { addUnfinished, removeUnfinished } from '../unfinished.ts';
import { readText } from './files.ts';
import { passphraseOption, readPassphrase } from './passphrase.ts';

interface PackArguments {
  labs: string[] | undefined;
  students: string;
  output: string;
  'passphrase-file': string | undefined;
}

export const packCommand: CommandModule<object, PackArguments> = {
  command: 'pack [labs..]',
  describe: 'a folder with a variant of each lab for each student, and a sealed key',
  builder: (yargs) =>
    yargs
      .positional('labs', { type: 'string', array: true, describe: 'labs, all by default' })
      .option('students', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'a list: one name or id a line, or a CSV file with it in the first column',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'the folder to make',
      })
      .option('passphrase-file', passphraseOption)
      .example(
        '$0 lab pack translate cow-ledger --students class.txt -o week3 --passphrase-file secret',
        'two labs for a class',
      ),
  handler: async ({ labs, students: list, output, 'passphrase-file': passphraseFile }) => {
    const ids = labs?.length ? labs.map((id) => labNamed(id).id) : LABS.map(({ id }) => id);
    const students = readStudents(await readText(list, 'a list of students'), list);
    const files = makePack([...new Set(ids)], students, await readPassphrase(passphraseFile));
    await writeFolder(output, files);
    await print(
      `${output}: ${students.length} students, ${ids.length} labs each\n` +
        `  hand out ${join(output, 'students', '<student>')}, keep ${join(output, KEY_FILE)} and its passphrase\n` +
        `  grade with: pagewalk lab grade SUBMISSIONS --key ${join(output, KEY_FILE)}\n`,
    );
  },
};

/** Writes a folder whole or not at all: under another name first. */
async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  if (existsSync(folder))
    throw new InputError('the output exists already', { place: folder, remedy: 'name a new folder' });
  const temporary = join(dirname(folder), `.pagewalk-pack.${process.pid}.tmp`);
  addUnfinished(temporary);
  try {
    await mkdir(temporary);
    for (const [path, text] of files) {
      await mkdir(dirname(join(temporary, path)), { recursive: true });
      await writeFile(join(temporary, path), text);
    }
    await rename(temporary, folder);
  } catch (error) {
    throw fromSystemError(error, folder) ?? error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
    removeUnfinished(temporary);
  }
}
