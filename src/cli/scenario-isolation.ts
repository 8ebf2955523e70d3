import type { CommandModule } from 'yargs';
import { changedMeaning } from '../sim/policy/conformance.ts';
import { loadPolicy } from '../sim/policy/read.ts';
import { print } from './output.ts';
import { readScript } from './scenario-script.ts';

interface IsolationArguments {
  files: string[];
  policy: string;
}

/** `pagewalk scenario isolation`: do programs see under a policy what they see under Linux 6.18? Exit code 1: no. */
export const isolationCommand: CommandModule<object, IsolationArguments> = {
  command: 'isolation <files..>',
  describe: 'run scenarios under a policy: does every process see what it would under Linux 6.18',
  builder: (yargs) =>
    yargs
      .positional('files', { type: 'string', array: true, demandOption: true, describe: 'scenarios' })
      .option('policy', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'a preset (pagewalk policies), a file, a module',
      }),
  handler: async ({ files, policy: name }) => {
    const { policy, hooks } = await loadPolicy(name);
    let changed = 0;
    for (const { scenario } of await Promise.all(files.map(readScript))) {
      const difference = changedMeaning(scenario, policy, hooks);
      if (!difference) continue;
      changed++;
      const { line, text, key, expected, got } = difference;
      await print(`${scenario.path}:${line}: ${text}: ${key} is ${got}, under Linux 6.18 ${expected}\n`);
    }
    await print(
      `${files.length} ${files.length === 1 ? 'scenario' : 'scenarios'} under ${policy.name}: ` +
        `${changed === 0 ? 'programs see the same' : `${changed} differ`}\n`,
    );
    if (changed > 0) process.exitCode = 1;
  },
};
