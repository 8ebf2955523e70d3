import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CommandModule } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { labNamed } from '../../lab/index.ts';
import { emptySheet } from '../../lab/sheet.ts';
import { showLab } from '../../lab/show.ts';
import { variantOf } from '../../lab/variant.ts';
import { print, writeFileAtomic } from '../output.ts';
import { seedOf, seedOption } from './seed.ts';

interface StartArguments {
  id: string;
  seed: number;
  output: string | undefined;
  name: string | undefined;
  force: boolean | undefined;
}

export const startCommand: CommandModule<object, StartArguments> = {
  command: 'start <id>',
  describe: 'write an empty answer sheet (and a program to begin with, in labs that ask for one)',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true, describe: 'a lab (pagewalk lab list)' })
      .option('seed', seedOption)
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'the sheet, ID-SEED.yaml by default; - for stdout',
      })
      .option('name', { type: 'string', requiresArg: true, describe: 'your name, for the sheet' })
      .option('force', { type: 'boolean', describe: 'write over files that exist' }),
  handler: async ({ id, seed: wanted, output, name, force }) => {
    const seed = seedOf(wanted);
    const lab = labNamed(id);
    const shown = showLab(lab, seed, false);
    const sheet = output ?? `${id}-${seed}.yaml`;
    const program = lab.kind === 'code' ? { program: lab.file } : {};
    const text = emptySheet(shown, { seed, ...(name !== undefined && { student: name }), ...program });
    const files: [path: string, text: string][] = [[sheet, text]];
    if (lab.kind === 'code' && sheet !== '-')
      files.push([join(dirname(sheet), lab.file), lab.template(variantOf(lab, seed))]);
    for (const [path] of files)
      if (path !== '-' && !force && existsSync(path))
        throw new InputError('the file exists, and may hold your answers', {
          place: path,
          remedy: 'name another with -o, or overwrite it with --force',
        });
    for (const [path, content] of files) await writeFileAtomic(path, content);
    if (sheet !== '-')
      await print(
        `${files.map(([path]) => path).join(' and ')} written\n` +
          `  read the exercise:  pagewalk lab show ${id} -s ${seed}\n` +
          `  check your answers: pagewalk lab check ${sheet}\n`,
      );
  },
};
