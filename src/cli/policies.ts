import type { CommandModule } from 'yargs';
import { differences, policyList, policyText } from '../report/policy.ts';
import { explainPolicy } from '../sim/policy/explain.ts';
import { policyNames } from '../sim/policy/preset-files.ts';
import { print, terminalWidth } from './output.ts';

interface PoliciesArguments {
  explain: string | undefined;
  json: boolean | undefined;
}

/** `pagewalk policies`: what presets there are; with `--explain`, what fork and faults do under one, and why we think so. */
export const policiesCommand: CommandModule<object, PoliciesArguments> = {
  command: 'policies',
  describe: 'list the fork and copy-on-write policies, or explain one axis by axis',
  builder: (yargs) =>
    yargs
      .option('explain', {
        type: 'string',
        requiresArg: true,
        describe: 'what fork and faults do under this preset, policy file or module, with sources',
      })
      .option('json', { type: 'boolean', describe: 'print JSON' })
      .example('$0 policies --explain on-demand-fork', 'what it does, and where that is stated'),
  handler: async ({ explain, json }) => {
    if (explain === undefined) await list(json ?? false);
    else await explainOne(explain, json ?? false);
  },
};

async function list(json: boolean): Promise<void> {
  const policies = await Promise.all(policyNames().map(explainPolicy));
  if (json) {
    const rows = policies.map((policy) => ({
      name: policy.name,
      description: policy.description,
      differs: Object.fromEntries(differences(policy).map(({ key, value }) => [key, value])),
      source: policy.source,
    }));
    return print(`${JSON.stringify(rows, null, 2)}\n`);
  }
  const hint = 'pagewalk policies --explain NAME   says what fork and faults do under one';
  await print(`${policyList(policies, terminalWidth(Number.POSITIVE_INFINITY))}\n${hint}\n`);
}

async function explainOne(nameOrFile: string, json: boolean): Promise<void> {
  const policy = await explainPolicy(nameOrFile);
  await print(json ? `${JSON.stringify(policy, null, 2)}\n` : policyText(policy, terminalWidth(120)));
}
