import type { FaultResult, FaultSite } from '../fault/site.ts';
import { findPte } from '../pagetable/ptes.ts';
import { VM_SHARED, VM_WRITE } from '../vma/flags.ts';
import { settleAround } from './around.ts';
import { syncTables } from './copy-job.ts';
import { noteFault } from './session.ts';
import { lookUpObject } from './shadow.ts';
import { ownSharedTable } from './shared-table.ts';
import { tableOf } from './upper-entry.ts';

/** A fault as `handle` does it, with what the policy wants before and after. */
export function handleByPolicy(site: FaultSite, handle: (site: FaultSite) => FaultResult): FaultResult {
  const { k } = site;
  if (k.policy.ownership.kind === 'shadow-chain') lookUpObject(site);
  const table = k.policyMemory.sharesTables ? takeTable(site) : 'own';
  const note = k.policyMemory.sessions.size > 0 ? noteFault(site) : undefined;
  const fills = table === 'shared' ? residentOf(site.mm) : undefined;
  const result = handle(site);
  note?.();
  if (fills) countForOwner(site, fills);
  if (result === 'spurious' && (table === 'adopted' || table === 'copied'))
    return table === 'adopted' ? 'tableReuse' : 'tableCopy';
  if (result === 'cowCopy' || result === 'cowReuse') settleAround(site);
  return result;
}

/** The table of the faulting page becomes its address space's own, unless a read may fill it for all who share it. */
function takeTable(site: FaultSite): 'own' | 'adopted' | 'copied' | 'shared' {
  const { k, mm, vpn } = site;
  syncTables(k, mm, vpn, vpn + 1);
  return fillsShared(site) ? 'shared' : ownSharedTable(k, mm, vpn);
}

/** A read of a file page that the shared table does not have: nothing in it changes for anybody. */
function fillsShared(site: FaultSite): boolean {
  const { k, mm, vma, vpn, write } = site;
  if (!k.policy.sharing.fillShared || write || !vma.file) return false;
  const table = tableOf(k, mm, vpn)?.table;
  if (table === undefined || !k.policyMemory.tables.has(table)) return false;
  if (vma.has(VM_SHARED) && vma.has(VM_WRITE)) return false;
  const ref = findPte(k, mm, vpn);
  return ref !== undefined && k.tables.lo(ref) === 0 && k.tables.hi(ref) === 0;
}

interface Resident {
  readonly filePages: number;
  readonly shmemPages: number;
}

function residentOf({ filePages, shmemPages }: Resident): Resident {
  return { filePages, shmemPages };
}

/** What came into a shared table counts for the table's owner, not for who took the fault. */
function countForOwner({ k, mm, vpn }: FaultSite, before: Resident): void {
  const owner = k.policyMemory.tables.get(tableOf(k, mm, vpn)!.table)!.owner;
  const file = mm.filePages - before.filePages;
  const shmem = mm.shmemPages - before.shmemPages;
  mm.filePages -= file;
  mm.shmemPages -= shmem;
  if (!owner) return;
  owner.filePages += file;
  owner.shmemPages += shmem;
}
