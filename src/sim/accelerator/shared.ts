import type { Machine } from '../machine/machine.ts';
import { isEligible } from './eligible.ts';
import { SharedMemory } from './memory.ts';
import { instantiate } from './module.ts';

/** The memory for a machine that the WebAssembly core can run on this host; null where TypeScript runs it alone. */
export function sharedMemoryFor(machine: Machine): SharedMemory | null {
  if (!isEligible(machine)) return null;
  try {
    const shared = new SharedMemory();
    instantiate(shared);
    return shared;
  } catch {
    // No WebAssembly here, or no room for its memory: the numbers are the same without it.
    return null;
  }
}
