import type { Pfn } from '../core/addr.ts';
import type { Fault } from '../core/fault.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import { VECTOR_GP } from './permissions/x86.ts';
import type { WalkRules } from './rules/walk-rules.ts';

const PDPTES = 4;
const PDPTE_LEVEL = 3;
const STEP = 'SDM 4.4.1: a reserved bit is set in a present PDPTE when CR3 is loaded';

/**
 * The check that loading CR3 makes in PAE mode: a reserved bit in any present PDPTE is a general-protection fault
 * (SDM vol. 3A, "PDPTE registers"), whichever of the four an access would use.
 * @param index of the first PDPTE's low word in its frame
 * @returns what is to say of the fault beside the access, null when the load succeeds
 */
export function pdpteLoadFault(
  rules: WalkRules,
  memory: PhysicalMemory,
  root: Pfn,
  index: number,
): Pick<Fault, 'vector' | 'code' | 'reason' | 'level' | 'step'> | null {
  for (let word = index; word < index + 2 * PDPTES; word += 2) {
    const verdict = rules.examine(memory.read(root, word), memory.read(root, word + 1), PDPTE_LEVEL);
    if (typeof verdict === 'object' && verdict.reason === 'reserved-bit') {
      return { vector: VECTOR_GP, code: 0, reason: verdict.reason, level: PDPTE_LEVEL, step: STEP };
    }
  }
  return null;
}
