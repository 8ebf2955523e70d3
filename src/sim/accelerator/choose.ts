import { InputError } from '../../core/errors.ts';
import type { Machine } from '../machine/machine.ts';
import { unknownTo } from './eligible.ts';
import { SharedMemory } from './memory.ts';
import { instantiate } from './module.ts';

/** Who runs the records: TypeScript, the WebAssembly core as far as it can, or whichever is there. */
export const CORES = ['auto', 'ts', 'wasm'] as const;
export type Core = (typeof CORES)[number];

/**
 * The memory that the hardware of a machine shares with the WebAssembly core; null where TypeScript runs alone.
 * @throws InputError for `wasm`, when the machine or the host has something against it
 */
export function memoryFor(machine: Machine, core: Core): SharedMemory | null {
  if (core === 'ts') return null;
  const unknown = unknownTo(machine);
  if (unknown !== null) return without(core, `the WebAssembly core does not know ${unknown}`);
  try {
    const shared = new SharedMemory();
    instantiate(shared);
    return shared;
  } catch {
    return without(core, 'this host has no WebAssembly, or no room for its memory');
  }
}

function without(core: Core, why: string): null {
  if (core === 'auto') return null;
  throw new InputError(why, { remedy: 'leave --core out: the numbers are the same' });
}
