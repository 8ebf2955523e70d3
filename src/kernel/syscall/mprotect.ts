import type { Vpn } from '../../core/addr.ts';
import { PG_ANON, PG_EXCLUSIVE } from '../frame/frames.ts';
import type { Mm } from '../mm.ts';
import { SyscallError } from '../outcome.ts';
import { wantsWriteNotify } from '../page-cache/mkwrite.ts';
import { ownTables } from '../policy/own-tables.ts';
import { keepOriginals } from '../policy/session.ts';
import type { Process } from '../process.ts';
import { flushRange } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { splitAt } from '../thp/split.ts';
import {
  VM_ACCESS,
  VM_ACCOUNT,
  VM_EXEC_ONLY,
  VM_LOCKED,
  VM_NORESERVE,
  VM_SHARED,
  VM_WRITE,
} from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import { accessFlags } from './mmap.ts';
import { populateVma } from './populate.ts';

/**
 * mprotect: changes VMA by VMA. ENOMEM where the range begins in a hole (nothing is changed) or meets one (what lies
 * before it is changed).
 */
export function mprotect(k: KernelState, process: Process, start: Vpn, pages: number, prot: string): void {
  if (pages <= 0) return;
  const { mm } = process;
  const end = start + pages;
  const access = accessFlags(k, prot);
  let at = start;
  for (const found of mm.vmas.overlapping(start, end)) {
    if (found.start > at) throw new SyscallError('ENOMEM');
    // An earlier step may have merged into this one's place: look it up anew.
    const vma = mm.vmas.find(at)!;
    const stop = Math.min(found.end, end);
    if (stop <= at) continue;
    fixup(k, process, vma, at, stop, (vma.flags & ~(VM_ACCESS | VM_EXEC_ONLY)) | access);
    at = stop;
  }
  if (at < end) throw new SyscallError('ENOMEM');
}

/** mprotect_fixup for [start, end) of one VMA. */
function fixup(k: KernelState, process: Process, vma: Vma, start: Vpn, end: Vpn, access: number): void {
  const old = vma.flags;
  if (access === old) return;
  const { mm } = process;
  let flags = access;
  if (flags & VM_WRITE) {
    if ((old & (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE)) === 0) flags |= VM_ACCOUNT;
  } else if (old & VM_ACCOUNT && vma.isAnonymous && !vma.anonVma) {
    flags &= ~VM_ACCOUNT;
  }
  const changed = mm.editor.modifyFlags(vma, start, end, flags);
  k.meter.add('vmaEdit');
  changeProtection(k, mm, changed, start, end);
  // A locked private mapping that becomes writable is made ready for writes, so that they need not fault.
  if ((old & (VM_WRITE | VM_SHARED | VM_LOCKED)) === VM_LOCKED && flags & VM_WRITE)
    populateVma(k, process, changed, start, end);
}

/**
 * change_protection: every present PTE takes the VMA's rights. Write permission comes back at once where no fault is
 * needed to keep sharing right (can_change_pte_writable): exclusive anonymous pages, dirty pages of shared files.
 */
function changeProtection(k: KernelState, mm: Mm, vma: Vma, start: Vpn, end: Vpn): void {
  splitAt(k, mm, vma, start);
  splitAt(k, mm, vma, end);
  ownTables(k, mm, start, end);
  keepOriginals(k, mm, start, end);
  const { pte, tables } = k;
  const { step, wide } = tables;
  let changed = 0;
  const change = (slab: Int32Array, word: number, level: number): void => {
    const lo = slab[word]!;
    const hi = wide ? slab[word + 1]! : 0;
    if (!pte.present(lo)) return;
    const pfn = pte.pfn(lo | 1, hi);
    const write = vma.has(VM_WRITE) && (pte.writable(lo) ? true : mayUpgrade(k, vma, pfn, lo));
    let next = pte.leafLo(pfn, vma.flags, write, pte.isDirty(lo), level);
    if (!pte.isYoung(lo)) next &= ~pte.accessed;
    slab[word] = next;
    if (wide) slab[word + 1] = pte.leafHi(pfn, vma.flags, level);
    changed++;
  };
  tables.visit(mm.root, start, end, {
    table(slab, at, count) {
      for (let i = 0, word = at; i < count; i++, word += step) change(slab, word, 1);
    },
    superpage: (ref) => change(ref.slab, ref.at, ref.level),
  });
  if (changed === 0) return;
  k.meter.add('protectPte', changed);
  flushRange(k, mm, start, end);
}

/** Write permission for a PTE that has none, in a VMA that allows writes. */
function mayUpgrade(k: KernelState, vma: Vma, pfn: number, lo: number): boolean {
  if (vma.has(VM_SHARED)) return !wantsWriteNotify(vma) || k.pte.isDirty(lo);
  return k.frames.has(pfn, PG_ANON) && k.frames.has(pfn, PG_EXCLUSIVE) && k.policy.reuse === 'exclusive';
}
