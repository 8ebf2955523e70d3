/** VMA flags, after include/linux/mm.h; the bit numbers are this program's own. */
export const VM_READ = 1 << 0;
export const VM_WRITE = 1 << 1;
export const VM_EXEC = 1 << 2;
export const VM_SHARED = 1 << 3;
export const VM_GROWSDOWN = 1 << 4;
export const VM_LOCKED = 1 << 5;
export const VM_SEQ_READ = 1 << 6;
export const VM_RAND_READ = 1 << 7;
export const VM_DONTCOPY = 1 << 8;
export const VM_WIPEONFORK = 1 << 9;
export const VM_HUGEPAGE = 1 << 10;
export const VM_NOHUGEPAGE = 1 << 11;
export const VM_NORESERVE = 1 << 12;
/** Counts against the commit limit; it takes part in merging, which is why it is kept. */
export const VM_ACCOUNT = 1 << 13;
/** PROT_EXEC alone on a machine with protection keys: not readable (`execute_only_pkey`). */
export const VM_EXEC_ONLY = 1 << 14;
/** The bits that mprotect changes. */
export const VM_ACCESS = VM_READ | VM_WRITE | VM_EXEC;

/** `rwx` letters to access flags. */
export function protFlags(prot: string): number {
  return (
    (prot.includes('r') ? VM_READ : 0) |
    (prot.includes('w') ? VM_WRITE : 0) |
    (prot.includes('x') ? VM_EXEC : 0)
  );
}

/** `rw-p` as in /proc/PID/maps. */
export function permText(flags: number): string {
  return (
    (flags & VM_READ ? 'r' : '-') +
    (flags & VM_WRITE ? 'w' : '-') +
    (flags & VM_EXEC ? 'x' : '-') +
    (flags & VM_SHARED ? 's' : 'p')
  );
}
