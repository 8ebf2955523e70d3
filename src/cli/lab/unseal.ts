import type { CommandModule } from 'yargs';
import { openPack } from '../../lab/node/pack.ts';
import { print } from '../output.ts';
import { readText } from './files.ts';
import { passphraseOption, readPassphrase } from './passphrase.ts';

interface UnsealArguments {
  key: string;
  'passphrase-file': string | undefined;
}

export const unsealCommand: CommandModule<object, UnsealArguments> = {
  command: 'unseal <key>',
  describe: "print what a pack's key.sealed holds: variants and answers, as JSON",
  builder: (yargs) =>
    yargs
      .positional('key', { type: 'string', demandOption: true, describe: 'a key.sealed' })
      .option('passphrase-file', passphraseOption),
  handler: async ({ key, 'passphrase-file': passphraseFile }) => {
    const opened = openPack(await readText(key, 'a sealed key'), await readPassphrase(passphraseFile), key);
    await print(`${JSON.stringify(opened, null, 2)}\n`);
  },
};
