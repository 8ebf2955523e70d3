import { InputError, nearest } from '../../core/errors.ts';
import { ARMV8_4K_39, ARMV8_4K_48 } from './armv8.ts';
import { LA57 } from './la57.ts';
import type { PagingMode } from './mode.ts';
import { PAE } from './pae.ts';
import { SV32 } from './sv32.ts';
import { SV39 } from './sv39.ts';
import { SV48 } from './sv48.ts';
import { SV57 } from './sv57.ts';
import { X86_32 } from './x86-32.ts';
import { X86_64 } from './x86-64.ts';

/** Every paging mode there is, in the order in which they are listed to people. */
export const PAGING_MODES: readonly PagingMode[] = [
  X86_64,
  LA57,
  PAE,
  X86_32,
  SV32,
  SV39,
  SV48,
  SV57,
  ARMV8_4K_48,
  ARMV8_4K_39,
];

/** The mode of this name (`x86-64`, `sv39`, ...). Throws InputError, naming the nearest mode, for any other. */
export function modeNamed(name: string): PagingMode {
  const mode = PAGING_MODES.find((candidate) => candidate.name === name);
  if (mode !== undefined) return mode;
  const names = PAGING_MODES.map((candidate) => candidate.name);
  const guess = nearest(name, names);
  throw new InputError(`no paging mode is called '${name}'`, {
    remedy: guess === undefined ? `the modes are ${names.join(', ')}` : `did you mean '${guess}'?`,
  });
}
