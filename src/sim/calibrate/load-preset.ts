import { BUILT_IN, type CostPreset } from '../../kernel/cost/preset.ts';
import { PresetFolder } from '../preset-folder.ts';
import { readCostPreset } from './read-preset.ts';

const COSTS = new PresetFolder('costs', {
  noun: 'cost preset',
  ending: /\.ya?ml$/,
  hint: '`pagewalk calibrate -o FILE` writes one for this machine',
  tooLarge: 'is it something else? A preset has a few dozen prices',
  builtIn: BUILT_IN.name,
});
const MAX_FILE_BYTES = 1 << 18;

/** Names of the presets, alphabetically, the built-in one among them. */
export function costNames(): string[] {
  return COSTS.names();
}

/**
 * The prices of a preset's name or a file, such as `pagewalk calibrate -o` writes.
 *
 * @throws InputError for anything wrong with the name or the file, with its place and what to do
 */
export function loadCostPreset(nameOrFile: string): CostPreset {
  if (nameOrFile === BUILT_IN.name) return BUILT_IN;
  const file = COSTS.locate(nameOrFile, process.cwd());
  return readCostPreset(COSTS.read(file, MAX_FILE_BYTES), COSTS.shortName(file));
}
