import { PAGE_BYTES } from '../../core/addr.ts';
import { InputError } from '../../core/errors.ts';
import type { Backing, TraceEvent } from '../event.ts';

/** Numbers of the x86-64 system calls that change mappings. */
const MMAP = 9;
const MPROTECT = 10;
const MUNMAP = 11;
const BRK = 12;
const MREMAP = 25;
const MADVISE = 28;

const MAP_SHARED = 1;
const MAP_TYPE = 0xf;
const MAP_ANONYMOUS = 0x20;
const MAP_GROWSDOWN = 0x100;
const MAP_POPULATE = 0x8000;

/** include/uapi/asm-generic/mman-common.h */
const ADVICE: Readonly<Record<number, string>> = {
  0: 'normal',
  1: 'random',
  2: 'sequential',
  3: 'willneed',
  4: 'dontneed',
  8: 'free',
  9: 'remove',
  10: 'dontfork',
  11: 'dofork',
  14: 'hugepage',
  15: 'nohugepage',
  18: 'wipeonfork',
  19: 'keeponfork',
  20: 'cold',
  21: 'pageout',
  22: 'populate_read',
  23: 'populate_write',
  25: 'collapse',
};

/** What a descriptor means to a mapping: a numbered file, or null for a device and the like. */
export type BackingOf = (fd: number) => number | null;

const pageOf = (address: number): number => Math.floor(address / PAGE_BYTES);
const pagesFor = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES);

/** Pages of a 64-bit address space. */
const ALL_PAGES = 2 ** 52;

/**
 * The event that a successful call is to the address space; null for calls that do not change it.
 * @throws InputError when no kernel can have done that
 */
export function memoryEvent(
  pid: number,
  nr: number,
  args: readonly number[],
  result: number,
  backingOf: BackingOf,
): TraceEvent | null {
  const event = eventOf(pid, nr, args, result, backingOf);
  if (event !== null && numbersOf(event).some((pages) => !(pages >= 0 && pages <= ALL_PAGES)))
    throw new InputError('a system call with addresses that cannot be');
  return event;
}

function numbersOf(event: TraceEvent): number[] {
  const { vpn = 0, pages = 0, newVpn = 0, newPages = 0, endVpn = 0 } = event as PageNumbers;
  const offset = event.kind === 'mmap' && event.backing.kind === 'file' ? event.backing.pageOffset : 0;
  return [vpn, pages, newVpn, newPages, endVpn, offset];
}

/** Fields that hold a page or a number of pages, whichever event has them. */
type PageNumbers = Partial<Record<'vpn' | 'pages' | 'newVpn' | 'newPages' | 'endVpn', number>>;

function eventOf(
  pid: number,
  nr: number,
  args: readonly number[],
  result: number,
  backingOf: BackingOf,
): TraceEvent | null {
  const [address = 0, length = 0] = args;
  const range = { pid, vpn: pageOf(address), pages: pagesFor(length + (address % PAGE_BYTES)) };
  switch (nr) {
    case MMAP:
      return mmap(pid, args, result, backingOf);
    case MUNMAP:
      return { kind: 'munmap', ...range };
    case MPROTECT:
      return { kind: 'mprotect', ...range, prot: protOf(args[2] ?? 0) };
    case MREMAP:
      return { kind: 'mremap', ...range, newVpn: pageOf(result), newPages: pagesFor(args[2] ?? 0) };
    case MADVISE: {
      const advice = ADVICE[args[2] ?? -1];
      return advice === undefined ? null : { kind: 'madvise', ...range, advice };
    }
    case BRK:
      return { kind: 'brk', pid, endVpn: pagesFor(result) };
    default:
      return null;
  }
}

function mmap(pid: number, args: readonly number[], result: number, backingOf: BackingOf): TraceEvent {
  const [, length = 0, prot = 0, flags = 0, fd = 0, offset = 0] = args;
  const file = flags & MAP_ANONYMOUS ? null : backingOf(fd);
  const backing: Backing =
    file === null ? { kind: 'anon' } : { kind: 'file', file, pageOffset: Math.floor(offset / PAGE_BYTES) };
  return {
    kind: 'mmap',
    pid,
    vpn: pageOf(result),
    pages: pagesFor(length),
    prot: protOf(prot),
    // MAP_SHARED_VALIDATE is 3, MAP_PRIVATE 2.
    shared: (flags & MAP_TYPE & MAP_SHARED) !== 0,
    backing,
    ...(flags & MAP_GROWSDOWN && { role: 'stack' as const }),
    ...(flags & MAP_POPULATE && { populate: true }),
  };
}

/** PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4. */
function protOf(bits: number): string {
  return `${bits & 1 ? 'r' : ''}${bits & 2 ? 'w' : ''}${bits & 4 ? 'x' : ''}`;
}
