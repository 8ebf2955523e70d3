/** Numbers of the x86-64 system calls that make, copy and close descriptors of files. */
const OPEN = 2;
const CLOSE = 3;
const DUP = 32;
const DUP2 = 33;
const FCNTL = 72;
const CREAT = 85;
const OPENAT = 257;
const DUP3 = 292;
const MEMFD_CREATE = 319;

/** fcntl commands F_DUPFD and F_DUPFD_CLOEXEC. */
const DUPLICATES = [0, 1030];
const AT_FDCWD = 4294967196;
/** Files are known by descriptors below: memory stays bounded whatever a log says. */
const MAX_DESCRIPTORS = 65_536;
const PATH_MAX = 4096;

/** Which path each descriptor of a process was opened by. Forks copy it; an exec keeps it. */
export class Descriptors {
  readonly #paths: Map<number, string>;

  constructor(of: Iterable<readonly [number, string]> = []) {
    this.#paths = new Map(of);
  }

  copy(): Descriptors {
    return new Descriptors(this.#paths);
  }

  pathOf(fd: number): string | undefined {
    return this.#paths.get(fd);
  }

  /**
   * Takes note of a successful call.
   * @param resolve makes a path absolute, given the folder it is relative to (undefined: the working directory)
   */
  note(
    nr: number,
    args: readonly number[],
    text: string | null,
    result: number,
    resolve: (path: string, folder: string | undefined) => string,
  ): void {
    const paths = this.#paths;
    const [first = 0, second = 0] = args;
    if (nr === OPEN || nr === CREAT) this.#set(result, resolve(text ?? '', undefined));
    else if (nr === OPENAT)
      this.#set(result, resolve(text ?? '', first === AT_FDCWD ? undefined : paths.get(first)));
    else if (nr === MEMFD_CREATE) this.#set(result, `memfd:${text ?? ''}`);
    else if (nr === CLOSE) paths.delete(first);
    else if (nr === DUP || nr === DUP2 || nr === DUP3) this.#copy(first, result);
    else if (nr === FCNTL && DUPLICATES.includes(second)) this.#copy(first, result);
    else if (MAKES_OTHER.has(nr)) paths.delete(result);
  }

  #copy(from: number, to: number): void {
    const path = this.#paths.get(from);
    if (path === undefined) this.#paths.delete(to);
    else this.#set(to, path);
  }

  #set(fd: number, path: string): void {
    if (fd < MAX_DESCRIPTORS && path.length <= PATH_MAX) this.#paths.set(fd, path);
    else this.#paths.delete(fd);
  }
}

/** socket, accept, accept4, eventfd2, epoll_create1, timerfd_create: a descriptor of no file. */
const MAKES_OTHER = new Set([41, 43, 288, 290, 291, 283]);
