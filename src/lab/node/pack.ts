import { randomInt } from 'node:crypto';
import { InputError } from '../../core/errors.ts';
import { labNamed } from '../index.ts';
import type { Answers } from '../lab.ts';
import { emptySheet } from '../sheet.ts';
import { showLab, shownText } from '../show.ts';
import { variantOf } from '../variant.ts';
import { seal, unseal } from './seal.ts';

/** What the instructor's key holds. */
export interface PackKey {
  readonly version: 1;
  readonly entries: readonly PackEntry[];
}

export interface PackEntry {
  readonly student: string;
  readonly lab: string;
  readonly seed: number;
  /** The right answers; none in labs that ask for a program. */
  readonly answers: Answers | null;
}

/** A pack as files: paths with forward slashes, relative to its folder. */
export type PackFiles = ReadonlyMap<string, string>;

export const KEY_FILE = 'key.sealed';

/**
 * Makes the files of a pack: for each student and lab an exercise with a variant of its own and an empty sheet that
 * does not name it; for the instructor the sealed key.
 */
export function makePack(
  labs: readonly string[],
  students: readonly string[],
  passphrase: string,
): PackFiles {
  const files = new Map<string, string>();
  const entries: PackEntry[] = [];
  for (const student of students) {
    for (const id of labs) {
      const lab = labNamed(id);
      const seed = randomInt(2 ** 32);
      const instance = variantOf(lab, seed);
      const folder = `students/${student}/${id}`;
      const shown = showLab(lab, seed, false);
      files.set(`${folder}/exercise.txt`, shownText(shown, null));
      const program = lab.kind === 'code' ? { program: lab.file } : {};
      files.set(`${folder}/${id}.yaml`, emptySheet(shown, { seed: null, student, ...program }));
      if (lab.kind === 'code') files.set(`${folder}/${lab.file}`, lab.template(instance));
      const answers = lab.kind === 'paper' ? lab.key(instance) : null;
      entries.push({ student, lab: id, seed, answers });
    }
  }
  files.set(KEY_FILE, seal(JSON.stringify({ version: 1, entries } satisfies PackKey), passphrase));
  return files;
}

/**
 * Opens a pack's key and works every answer out again.
 * @throws InputError when the model answers differently from what the key says: another version of pagewalk made it
 */
export function openPack(sealedText: string, passphrase: string, place: string): PackKey {
  const key = JSON.parse(unseal(sealedText, passphrase, place)) as PackKey;
  for (const { lab: id, seed, answers } of key.entries) {
    const lab = labNamed(id);
    if (lab.kind !== 'paper') continue;
    if (JSON.stringify(lab.key(variantOf(lab, seed))) !== JSON.stringify(answers))
      throw new InputError(`the answers to ${id} in this key are not those of this version of pagewalk`, {
        place,
        remedy: 'grade with the version that made the pack',
      });
  }
  return key;
}
