import type { LinuxKernel } from '../../kernel/linux.ts';
import type { Errno } from '../../kernel/outcome.ts';
import type { CachedFile } from '../../kernel/vma/vma.ts';
import type { RegionPlan } from './regions.ts';
import type { Action, PageRange } from './script.ts';

/** Lines that are one system call on a range. */
export type SystemCall = Exclude<Extract<Action, { range: PageRange }>, { op: 'rr' | 'ww' }>;

/** Does the system call of a line. The errno, or undefined when it succeeds. */
export function systemCall(
  kernel: LinuxKernel,
  files: readonly CachedFile[],
  plan: RegionPlan,
  pid: number,
  action: SystemCall,
): Errno | undefined {
  const vpn = plan.vpn(action.range.region, action.range.first);
  const pages = action.range.count;
  switch (action.op) {
    case 'mmap':
      return mmap(kernel, files, pid, vpn, action);
    case 'munmap':
      return kernel.munmap(pid, vpn, pages);
    case 'mprotect':
      return kernel.mprotect(pid, vpn, pages, action.prot);
    case 'madvise':
      return kernel.madvise(pid, vpn, pages, action.advice);
    case 'msync':
      return kernel.msync(pid, vpn, pages, action.sync);
    case 'mlock':
      return kernel.mlock(pid, vpn, pages);
    case 'munlock':
      return kernel.munlock(pid, vpn, pages);
    case 'mremap':
      return kernel.mremap(pid, {
        vpn,
        pages,
        newPages: action.newPages,
        to: action.target ? plan.vpn(action.target.region, 0) : undefined,
        dontUnmap: action.dontUnmap,
      });
  }
}

/** mmap, then the advice on huge pages; with `thp` what populates comes after the advice, as calls of their own. */
function mmap(
  kernel: LinuxKernel,
  files: readonly CachedFile[],
  pid: number,
  vpn: number,
  action: Extract<Action, { op: 'mmap' }>,
): Errno | undefined {
  const { flags, prot } = action;
  const pages = action.range.count;
  const refused = kernel.mmap(pid, {
    vpn,
    pages,
    prot,
    shared: flags.shared,
    file: flags.file && { file: files[flags.file.index]!, page: flags.file.page },
    fixed: flags.fixed,
    noreserve: flags.noreserve,
    populate: flags.populate && !flags.thp,
    locked: flags.locked && !flags.thp,
  });
  if (refused) return refused;
  kernel.madvise(pid, vpn, pages, flags.thp ? 'hugepage' : 'nohugepage');
  if (!flags.thp) return undefined;
  if (flags.locked) kernel.mlock(pid, vpn, pages);
  else if (flags.populate)
    kernel.madvise(pid, vpn, pages, !flags.shared && prot.includes('w') ? 'populate_write' : 'populate_read');
  return undefined;
}
