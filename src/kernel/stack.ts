import type { Vpn } from '../core/addr.ts';
import type { Mm } from './mm.ts';
import type { KernelState } from './state.ts';
import { anonVmaPrepare } from './vma/anon-vma.ts';
import { VM_ACCESS, VM_GROWSDOWN } from './vma/flags.ts';
import { findMergeableAnonVma } from './vma/merge.ts';
import type { Vma } from './vma/vma.ts';

/** RLIMIT_STACK (8 MiB) and stack_guard_gap (1 MiB), in pages. */
const STACK_LIMIT = 2048;
const GUARD_GAP = 256;

/**
 * expand_stack: a fault below a VMA that grows down extends it to the page, within the stack limit and with a gap to
 * what lies below. Undefined when there is no such VMA.
 */
export function expandStack(k: KernelState, mm: Mm, vpn: Vpn): Vma | undefined {
  const vma = mm.vmas.findAbove(vpn);
  if (!vma?.has(VM_GROWSDOWN)) return undefined;
  if (vma.end - vpn > STACK_LIMIT) return undefined;
  const below = mm.vmas.previous(vma.start);
  if (below?.has(VM_ACCESS) && !below.has(VM_GROWSDOWN) && vpn - below.end < GUARD_GAP) return undefined;
  anonVmaPrepare(k.anonVmas, vma, (one) => findMergeableAnonVma(mm.vmas, one));
  vma.pgoff -= vma.start - vpn;
  vma.start = vpn;
  return vma;
}
