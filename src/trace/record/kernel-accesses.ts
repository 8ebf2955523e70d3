import { LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';

/**
 * What system calls read from and write to the memory of their caller, by the number of the call (x86-64,
 * arch/x86/entry/syscalls/syscall_64.tbl; sizes from the kernel's uapi headers). Valgrind's log does not show these
 * accesses, and they fault like any other. Calls that pass their buffers in a structure (readv, recvmsg, ioctl)
 * cannot be seen in the log and are not here.
 */
interface Buffer {
  /** The argument that points to it. */
  readonly pointer: number;
  readonly access: typeof LOAD | typeof STORE;
  /** Bytes: a number, the call's result, the text's length, or what another argument says. */
  readonly bytes: number | 'result' | 'text' | { readonly argument: number };
}

const store = (pointer: number, bytes: Buffer['bytes']): Buffer => ({ pointer, access: STORE, bytes });
const load = (pointer: number, bytes: Buffer['bytes']): Buffer => ({ pointer, access: LOAD, bytes });
const path = (pointer: number): Buffer => load(pointer, 'text');

/** The kernel never transfers more at once (include/linux/fs.h). */
const MAX_RW_COUNT = 0x7ffff000;
const ADDRESS_SPACE = 2 ** 64;
const STAT = 144;
const TIMESPEC = 16;

const BUFFERS: Readonly<Record<number, readonly Buffer[]>> = {
  0: [store(1, 'result')], // read
  1: [load(1, 'result')], // write
  2: [path(0)], // open
  4: [path(0), store(1, STAT)], // stat
  5: [store(1, STAT)], // fstat
  6: [path(0), store(1, STAT)], // lstat
  13: [load(1, 32), store(2, 32)], // rt_sigaction
  14: [load(1, 8), store(2, 8)], // rt_sigprocmask
  17: [store(1, 'result')], // pread64
  18: [load(1, 'result')], // pwrite64
  21: [path(0)], // access
  22: [store(0, 8)], // pipe
  35: [load(0, TIMESPEC)], // nanosleep
  42: [load(1, { argument: 2 })], // connect
  44: [load(1, 'result')], // sendto
  45: [store(1, 'result')], // recvfrom
  49: [load(1, { argument: 2 })], // bind
  53: [store(3, 8)], // socketpair
  54: [load(3, { argument: 4 })], // setsockopt
  59: [path(0)], // execve
  61: [store(1, 4)], // wait4
  63: [store(0, 390)], // uname
  79: [store(0, 'result')], // getcwd
  80: [path(0)], // chdir
  82: [path(0)], // rename
  83: [path(0)], // mkdir
  84: [path(0)], // rmdir
  87: [path(0)], // unlink
  89: [path(0), store(1, 'result')], // readlink
  96: [store(0, 16)], // gettimeofday
  97: [store(1, 16)], // getrlimit
  98: [store(1, STAT)], // getrusage
  99: [store(0, 112)], // sysinfo
  131: [load(0, 24), store(1, 24)], // sigaltstack
  137: [path(0), store(1, 120)], // statfs
  138: [store(1, 120)], // fstatfs
  217: [store(1, 'result')], // getdents64
  228: [store(1, TIMESPEC)], // clock_gettime
  230: [load(2, TIMESPEC)], // clock_nanosleep
  233: [load(3, 12)], // epoll_ctl
  257: [path(1)], // openat
  262: [path(1), store(2, STAT)], // newfstatat
  263: [path(1)], // unlinkat
  267: [path(1), store(2, 'result')], // readlinkat
  269: [path(1)], // faccessat
  293: [store(0, 8)], // pipe2
  302: [load(2, 16), store(3, 16)], // prlimit64
  318: [store(0, 'result')], // getrandom
  319: [path(0)], // memfd_create
  332: [path(1), store(4, 256)], // statx
};

export interface KernelAccess {
  readonly type: typeof LOAD | typeof STORE;
  readonly address: number;
  readonly bytes: number;
}

/**
 * The memory of the caller that a call which succeeded has accessed. Null pointers are no accesses.
 * @param result what the call returned
 * @throws InputError when no kernel can have done that
 */
export function kernelAccesses(
  nr: number,
  args: readonly number[],
  text: string | null,
  result: number,
): KernelAccess[] {
  const accesses: KernelAccess[] = [];
  for (const { pointer, access, bytes } of BUFFERS[nr] ?? []) {
    const address = args[pointer] ?? 0;
    const length = lengthOf(bytes, args, text, result);
    if (length > MAX_RW_COUNT || address + length > ADDRESS_SPACE)
      throw new InputError('a system call with a buffer that cannot be');
    if (address > 0 && length > 0) accesses.push({ type: access, address, bytes: length });
  }
  return accesses;
}

function lengthOf(
  bytes: Buffer['bytes'],
  args: readonly number[],
  text: string | null,
  result: number,
): number {
  if (typeof bytes === 'number') return bytes;
  if (bytes === 'result') return result;
  if (bytes === 'text') return (text ?? '').length + 1;
  return args[bytes.argument] ?? 0;
}
