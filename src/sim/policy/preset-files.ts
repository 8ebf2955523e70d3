import { PresetFolder } from '../preset-folder.ts';

const POLICIES = new PresetFolder('policies', {
  noun: 'policy',
  ending: /\.(ya?ml|[cm]?[jt]s)$/,
  hint: '`pagewalk policies` lists the presets',
  tooLarge: 'is it something else? A policy has a few dozen keys',
});
const MAX_FILE_BYTES = 1 << 18;

/** Names of the presets, alphabetically. */
export function policyNames(): string[] {
  return POLICIES.names();
}

/** The file of a policy, by preset or path. @throws InputError when there is neither, naming the nearest preset */
export function locatePolicy(nameOrFile: string, directory: string): string {
  return POLICIES.locate(nameOrFile, directory);
}

/** The text of a located file. @throws InputError when it can be no policy */
export function readPolicyFile(file: string): string {
  return POLICIES.read(file, MAX_FILE_BYTES);
}

/** Files of the presets go by `policies/NAME.yaml`, wherever they are installed; others by their path. */
export function shortPolicyName(file: string): string {
  return POLICIES.shortName(file);
}
