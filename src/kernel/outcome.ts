/** What a system call gives back when it fails, by its errno name. */
export type Errno =
  | 'EINVAL'
  | 'ENOMEM'
  | 'EEXIST'
  | 'EFAULT'
  | 'EACCES'
  | 'EAGAIN'
  | 'EBUSY'
  | 'EIO'
  | 'EPERM'
  | 'ESRCH';

/** Thrown inside a system call and caught at its entry: the call stops where it is, as the kernel's does. */
export class SyscallError extends Error {
  readonly errno: Errno;

  constructor(errno: Errno) {
    super(errno);
    this.name = 'SyscallError';
    this.errno = errno;
  }
}

/** No frame could be had, not even after reclaim. Caught at the entry of a fault or system call. */
export class OutOfMemory extends Error {
  constructor() {
    super('out of memory');
    this.name = 'OutOfMemory';
  }
}
