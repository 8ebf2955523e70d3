import type { Vpn } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import { copyPteRange } from '../pagetable/copy-ptes.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import { permText, VM_SHARED } from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import { deferTable } from './copy-job.ts';
import { copyPages } from './copy-pages.ts';
import { rebuildsAll } from './shadow.ts';
import { shareTable } from './shared-table.ts';
import { trapEntries } from './trap.ts';
import { tableOf } from './upper-entry.ts';

/** What happens to one VMA's tables at fork. */
export type ForkMethod = 'skip' | 'copy' | 'share' | 'share-or-skip' | 'defer' | 'copy-pages';

/** The method for a VMA, by the module's hook where there is one and by the axes otherwise. */
export function forkMethod(k: KernelState, { pid, parent, mm }: Process, vma: Vma): ForkMethod {
  // vma_needs_copy: only a VMA that may hold anonymous pages has anything that faults cannot bring back.
  const needed = vma.anonVma !== undefined;
  const asked = k.hooks?.onFork?.(
    {
      start: vma.start,
      pages: vma.pages,
      prot: permText(vma.flags).slice(0, 3).replaceAll('-', ''),
      shared: vma.has(VM_SHARED),
      file: vma.file?.name ?? null,
      written: needed,
    },
    { pid, parent, residentPages: mm.resident },
  );
  if (asked !== undefined) return ASKED[asked];
  switch (k.policy.forkTables) {
    case 'copy-all':
      return 'copy';
    case 'share-leaf':
      return needed ? 'share' : k.policy.sharing.vmas === 'all' ? 'share-or-skip' : 'skip';
    case 'child-copies':
      return needed ? 'defer' : 'skip';
    case 'copy-pages':
      return needed ? 'copy-pages' : 'skip';
    default:
      return needed ? 'copy' : 'skip';
  }
}

const ASKED = {
  'copy-tables': 'copy',
  skip: 'skip',
  'share-tables': 'share',
  'copy-pages': 'copy-pages',
} as const;

/** A stretch of one last-level table of the parent, within one VMA. */
export interface TableStretch {
  readonly slab: Int32Array;
  readonly at: number;
  readonly count: number;
  readonly vpn: Vpn;
}

/** Gives the child what the method gives it of one stretch. */
export function forkTable(
  k: KernelState,
  parent: Mm,
  child: Mm,
  vma: Vma,
  copy: Vma,
  method: ForkMethod,
  stretch: TableStretch,
): void {
  const { slab, at, count, vpn } = stretch;
  if ((method === 'share' || method === 'share-or-skip') && shareTable(k, parent, child, vma, vpn)) return;
  if (method === 'share-or-skip' || usesParentsTable(k, parent, child, vpn)) return;
  if (method === 'defer') {
    deferTable(k, parent, child, vma, vpn, stretch);
    return;
  }
  const copied =
    method === 'copy-pages'
      ? copyPages(k, child, copy, slab, at, count, vpn)
      : copyPteRange(k, child, vma, slab, at, count, vpn, true, rebuildsAll(k) ? 'protectPte' : 'forkPte');
  if (!rebuildsAll(k)) {
    k.counters.ptesCopied += copied;
    k.counters.tablesCopied++;
  }
  trapEntries(k, child, vpn, count);
}

/** The table is shared for the sake of another VMA in its span. */
function usesParentsTable(k: KernelState, parent: Mm, child: Mm, vpn: Vpn): boolean {
  if (k.policyMemory.tables.size === 0) return false;
  const table = tableOf(k, child, vpn)?.table;
  return table !== undefined && table === tableOf(k, parent, vpn)?.table;
}
