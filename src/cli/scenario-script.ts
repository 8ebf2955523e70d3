import { readFile } from 'node:fs/promises';
import { InputError } from '../core/errors.ts';
import { parseScenario } from '../sim/scenario/parse.ts';
import { PROFILES } from '../sim/scenario/profiles.ts';
import { randomScenario } from '../sim/scenario/random.ts';
import type { Scenario } from '../sim/scenario/script.ts';
import { fromSystemError } from './errors.ts';

/** A scenario as the commands take it: its text too, for the program that asks a real kernel. */
export interface Script {
  readonly text: string;
  readonly scenario: Scenario;
}

/** Reads a file, - for standard input. @throws InputError for one that is not there or is no scenario */
export async function readScript(path: string): Promise<Script> {
  try {
    const text = await readFile(path === '-' ? '/dev/stdin' : path, 'utf8');
    return { text, scenario: parseScenario(path, text) };
  } catch (error) {
    throw fromSystemError(error, path) ?? error;
  }
}

/** The random scenario of a seed; profile `all` takes the profiles in turn. */
export function randomScript(seed: number, profile: string): Script {
  const names = Object.keys(PROFILES);
  const chosen = profile === 'all' ? names[seed % names.length]! : profile;
  const text = randomScenario(seed, chosen);
  return { text, scenario: parseScenario(`seed-${seed}-${chosen}`, text) };
}

/** @throws InputError unless the value is a whole number from 1 to `most` */
export function checkCount(option: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new InputError(`${option} is ${value}`, { remedy: `give a whole number from 1 to ${most}` });
}
