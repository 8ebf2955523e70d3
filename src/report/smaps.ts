import type { ProcView, ProcVma } from '../sim/proc.ts';

/** /proc/PID files as text in the kernel's own layout. */
export const PROC_FILES = ['maps', 'smaps', 'status', 'pagemap'] as const;
export type ProcFile = (typeof PROC_FILES)[number];

export function procText(view: ProcView, file: ProcFile): string {
  switch (file) {
    case 'maps':
      return view.vmas.map(mapsLine).join('');
    case 'smaps':
      return view.vmas.map((vma) => mapsLine(vma) + smapsFields(vma)).join('');
    case 'status':
      return statusText(view);
    case 'pagemap':
      return view.vmas.map(pagemapLines).join('');
  }
}

/** Column at which the name of a mapping begins (25 + 6 * sizeof(void *) of fs/proc/task_mmu.c). */
const NAME_COLUMN = 73;

function mapsLine(vma: ProcVma): string {
  const offset = vma.offset.toString(16).padStart(8, '0');
  const { device, inode, name } = vma.file ?? { device: '00:00', inode: 0, name: '' };
  const line = `${address(vma.start)}-${address(vma.end)} ${vma.perms} ${offset} ${device} ${inode} `;
  return `${name ? line.padEnd(NAME_COLUMN) + name : line}\n`;
}

/** A page number as an address: at least 8 digits, as seq_put_hex_ll prints it. */
function address(page: number): string {
  return `${page.toString(16)}000`.padStart(8, '0');
}

function smapsFields(vma: ProcVma): string {
  const { memory } = vma;
  const kb = (bytes: number): number => Math.floor(bytes / 1024);
  const pss = (bytes: number): number => Math.floor(bytes / 4096 / 1024);
  const fields: [string, number][] = [
    ['Size', (vma.end - vma.start) * 4],
    ['KernelPageSize', 4],
    ['MMUPageSize', 4],
    ['Rss', kb(memory.resident)],
    ['Pss', pss(memory.pss)],
    ['Pss_Dirty', pss(memory.pssDirty)],
    ['Shared_Clean', kb(memory.sharedClean)],
    ['Shared_Dirty', kb(memory.sharedDirty)],
    ['Private_Clean', kb(memory.privateClean)],
    ['Private_Dirty', kb(memory.privateDirty)],
    ['Referenced', kb(memory.referenced)],
    ['Anonymous', kb(memory.anonymous)],
    ['KSM', 0],
    ['LazyFree', kb(memory.lazyFree)],
    ['AnonHugePages', kb(memory.anonHugePages)],
    ['ShmemPmdMapped', 0],
    ['FilePmdMapped', 0],
    ['Shared_Hugetlb', 0],
    ['Private_Hugetlb', 0],
    ['Swap', kb(memory.swap)],
    ['SwapPss', kb(memory.swap)],
    ['Locked', pss(memory.pssLocked)],
  ];
  const lines = fields.map(([name, value]) => `${`${name}:`.padEnd(16)}${String(value).padStart(8)} kB\n`);
  const eligible = `THPeligible:    ${String(vma.thpEligible ? 1 : 0).padStart(8)}\n`;
  const key = `ProtectionKey:  ${String(vma.protectionKey).padStart(8)}\n`;
  return `${lines.join('')}${eligible}${key}VmFlags: ${vma.flags} \n`;
}

/** The lines of status that memory management fills. */
function statusText(view: ProcView): string {
  const { anon, file, shmem, peak } = view.resident;
  const kb = (name: string, pages: number): string => `${name}:\t${String(pages * 4).padStart(8)} kB\n`;
  return [
    `Name:\t${view.name}\n`,
    `State:\t${view.zombie ? 'Z (zombie)' : 'R (running)'}\n`,
    `Tgid:\t${view.pid}\n`,
    `Pid:\t${view.pid}\n`,
    `PPid:\t${view.parent}\n`,
    kb('VmSize', view.size),
    kb('VmLck', view.locked),
    kb('VmHWM', peak),
    kb('VmRSS', anon + file + shmem),
    kb('RssAnon', anon),
    kb('RssFile', file),
    kb('RssShmem', shmem),
    kb('VmPTE', view.pageTables),
    kb('VmSwap', view.swapped),
    `Threads:\t${view.threads}\n`,
  ].join('');
}

/** One line a page: its address and its 64-bit word, in hex. */
function pagemapLines(vma: ProcVma): string {
  return vma
    .pagemap()
    .map((word, i) => `${address(vma.start + i)} ${word.toString(16).padStart(16, '0')}\n`)
    .join('');
}
