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
  const result = handle(site);
  note?.();
  if (result === 'spurious' && table !== 'own') return table === 'adopted' ? 'tableReuse' : 'tableCopy';
  if (result === 'cowCopy' || result === 'cowReuse') settleAround(site);
  return result;
}

/** The table of the faulting page becomes its address space's own, unless a read may fill it for all who share it. */
function takeTable(site: FaultSite): 'own' | 'adopted' | 'copied' {
  const { k, mm, vpn } = site;
  syncTables(k, mm, vpn, vpn + 1);
  return fillsShared(site) ? 'own' : ownSharedTable(k, mm, vpn);
}

/** A read of a file page that the shared table does not have: nothing in it changes for anybody. */
function fillsShared(site: FaultSite): boolean {
  const { k, mm, vma, vpn, write } = site;
  if (!k.policy.sharing.fillShared || write || !vma.file || !tableOf(k, mm, vpn)) return false;
  if (vma.has(VM_SHARED) && vma.has(VM_WRITE)) return false;
  const ref = findPte(k, mm, vpn);
  return ref !== undefined && k.tables.lo(ref) === 0 && k.tables.hi(ref) === 0;
}
