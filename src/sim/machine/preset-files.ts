import { PresetFolder } from '../preset-folder.ts';

const MACHINES = new PresetFolder('machines', {
  noun: 'machine',
  ending: /\.ya?ml$/,
  hint: '`pagewalk machines` lists the presets',
  tooLarge: 'is it the trace? Give that as TRACE, and the machine with --machine',
});
const MAX_FILE_BYTES = 1 << 20;

/** Names of the presets, alphabetically. */
export function presetNames(): string[] {
  return MACHINES.names();
}

/** The file of a machine, by preset or path. @throws InputError when there is neither, naming the nearest preset */
export function locateMachine(nameOrFile: string, directory: string): string {
  return MACHINES.locate(nameOrFile, directory);
}

/** The text of a located file. @throws InputError when it can be no machine */
export function readMachineFile(file: string): string {
  return MACHINES.read(file, MAX_FILE_BYTES);
}

/** True for a file that is a preset of its own (not one that presets share). */
export function isPreset(file: string): boolean {
  return MACHINES.holds(file);
}

/** Files of the presets go by `machines/NAME.yaml`, wherever they are installed; others by their path. */
export function shortName(file: string): string {
  return MACHINES.shortName(file);
}

/** The inverse of {@link shortName} for files of the presets. */
export function presetFile(name: string): string {
  return MACHINES.fileOf(name);
}
