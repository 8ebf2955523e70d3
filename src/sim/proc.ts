import type { LinuxKernel } from '../kernel/linux.ts';
import { pagemapEntry } from '../kernel/proc/pagemap-entry.ts';
import { gatherSmaps, type VmaMemory } from '../kernel/proc/smaps.ts';
import { hugeAllowed } from '../kernel/thp/fault.ts';
import * as flag from '../kernel/vma/flags.ts';

/** What /proc says of a process, as plain data for reports. */
export interface ProcView {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly zombie: boolean;
  readonly threads: number;
  /** Pages. */
  readonly size: number;
  readonly locked: number;
  readonly resident: {
    readonly anon: number;
    readonly file: number;
    readonly shmem: number;
    readonly peak: number;
  };
  readonly swapped: number;
  readonly pageTables: number;
  readonly vmas: readonly ProcVma[];
}

export interface ProcVma {
  /** Pages [start, end). */
  readonly start: number;
  readonly end: number;
  /** `rw-p` */
  readonly perms: string;
  /** Byte offset in the file, 0 without one. */
  readonly offset: number;
  readonly file?: { readonly name: string; readonly inode: number; readonly device: string };
  readonly memory: VmaMemory;
  readonly thpEligible: boolean;
  readonly protectionKey: number;
  /** Two-letter flags in the kernel's order, `rd wr mr mw me ac`. */
  readonly flags: string;
  /** The /proc/PID/pagemap words of its pages. */
  readonly pagemap: () => readonly bigint[];
}

/** Looks at a process now. Pagemap words are read only when asked for, and then as they are at that time. */
export function procView(kernel: LinuxKernel, pid: number): ProcView {
  const process = kernel.process(pid);
  const { mm } = process;
  const k = kernel.state;
  const vmas = [...mm.vmas].map((vma): ProcVma => {
    const { file } = vma;
    return {
      start: vma.start,
      end: vma.end,
      perms: flag.permText(vma.flags),
      offset: file ? vma.pgoff * 4096 : 0,
      ...(file && {
        file: { name: file.name, inode: file.id, device: file.fs === 'tmpfs' ? '00:01' : 'fe:00' },
      }),
      memory: gatherSmaps(k, mm, vma),
      thpEligible: hugeAllowed(k, vma, Math.max(vma.start, vma.end - k.hugePages)),
      protectionKey: vma.has(flag.VM_EXEC_ONLY) ? 1 : 0,
      flags: flagLetters(vma.flags),
      pagemap: () => Array.from({ length: vma.pages }, (_, i) => pagemapEntry(k, mm, vma.start + i)),
    };
  });
  return {
    pid,
    parent: process.parent,
    name: process.name,
    zombie: process.zombie,
    threads: mm.users,
    size: vmas.reduce((sum, vma) => sum + vma.end - vma.start, 0),
    locked: mm.lockedPages,
    resident: { anon: mm.anonPages, file: mm.filePages, shmem: mm.shmemPages, peak: mm.residentPeak },
    swapped: mm.swapPages,
    pageTables: mm.tables,
    vmas,
  };
}

/** Letters by flag in the order of fs/proc/task_mmu.c; what a mapping might become (mr mw me ms) is always allowed. */
const LETTERS: readonly (readonly [letters: string, mask: number])[] = [
  ['rd', flag.VM_READ],
  ['wr', flag.VM_WRITE],
  ['ex', flag.VM_EXEC],
  ['sh', flag.VM_SHARED],
  ['mr', 0],
  ['mw', 0],
  ['me', 0],
  ['ms', flag.VM_SHARED],
  ['gd', flag.VM_GROWSDOWN],
  ['lo', flag.VM_LOCKED],
  ['sr', flag.VM_SEQ_READ],
  ['rr', flag.VM_RAND_READ],
  ['dc', flag.VM_DONTCOPY],
  ['ac', flag.VM_ACCOUNT],
  ['nr', flag.VM_NORESERVE],
  ['wf', flag.VM_WIPEONFORK],
  ['hg', flag.VM_HUGEPAGE],
  ['nh', flag.VM_NOHUGEPAGE],
];

function flagLetters(flags: number): string {
  return LETTERS.filter(([, mask]) => mask === 0 || flags & mask)
    .map(([letters]) => letters)
    .join(' ');
}
