import type { Vpn } from '../../core/addr.ts';
import { allocateTable } from '../frame/pages.ts';
import type { Mm } from '../mm.ts';
import { OutOfMemory } from '../outcome.ts';
import type { KernelState } from '../state.ts';
import type { EntryRef } from './table.ts';

/** The entry of `level` for a page, tables made as needed. A superpage on the way is returned as it is. */
export function ensureEntry(k: KernelState, mm: Mm, vpn: Vpn, level: number): EntryRef {
  const ref = k.tables.ensure(mm.root, vpn, level, () => {
    mm.tables++;
    return allocateTable(k);
  });
  if (!ref) throw new OutOfMemory();
  return ref;
}

/** The PTE of a page, or the superpage leaf that covers it; undefined when there is neither. */
export function findPte(k: KernelState, mm: Mm, vpn: Vpn): EntryRef | undefined {
  return k.tables.find(mm.root, vpn, 1);
}

/** True for an entry above level 1 that is a leaf, PROT_NONE leaves included. */
export function isHugeLeaf(k: KernelState, ref: EntryRef): boolean {
  return ref.level > 1 && k.tables.lo(ref) !== 0 && k.tables.tableAt(ref) < 0;
}
