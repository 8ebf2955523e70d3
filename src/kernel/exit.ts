import { freeTable } from './frame/pages.ts';
import type { Mm } from './mm.ts';
import { releaseUnnamed } from './page-cache/lifetime.ts';
import { freePageTables } from './pagetable/free.ts';
import { zapRange } from './pagetable/zap.ts';
import { cancelJob, finishJobs } from './policy/copy-job.ts';
import { leaveTables } from './policy/own-tables.ts';
import { flushMm } from './shootdown.ts';
import type { KernelState } from './state.ts';

/** mmput: one user of an address space less; the last one takes it down (exit_mmap): pages, tables, VMAs, root. */
export function releaseMm(k: KernelState, mm: Mm): void {
  mm.users--;
  if (mm.users > 0) return;
  k.meter.add('exitBase');
  cancelJob(k, mm);
  finishJobs(k, mm);
  leaveTables(k, mm);
  for (const vma of [...mm.vmas]) {
    zapRange(k, mm, vma, vma.start, vma.end);
    mm.editor.remove(vma);
    releaseUnnamed(k, vma.file);
  }
  const end = k.tables.span[k.mode.levels]! * k.tables.entries[k.mode.levels]!;
  freePageTables(k, mm, 0, end, 0, Number.POSITIVE_INFINITY);
  flushMm(k, mm);
  freeTable(k, mm.root);
}
