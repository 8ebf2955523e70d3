import { InputError } from '../../core/errors.ts';
import { readText } from './files.ts';

export const passphraseOption = {
  type: 'string',
  requiresArg: true,
  describe: 'a file whose first line is the passphrase (or set PAGEWALK_PASSPHRASE)',
} as const;

/** The instructor's passphrase; never from the command line, where other users of the host could read it. */
export async function readPassphrase(file: string | undefined): Promise<string> {
  const passphrase =
    file === undefined
      ? process.env.PAGEWALK_PASSPHRASE
      : (await readText(file, 'a passphrase')).split('\n')[0]!.replace(/\r$/, '');
  if (passphrase) return passphrase;
  throw new InputError('the key needs a passphrase', {
    ...(file !== undefined && { place: file }),
    remedy: 'give --passphrase-file FILE, or set PAGEWALK_PASSPHRASE',
  });
}
