import { STORE, SUPERVISOR } from '../core/access.ts';
import type { Pfn, Vpn } from '../core/addr.ts';
import type { Fault } from '../core/fault.ts';
import type { FaultOutcome } from '../core/kernel-port.ts';
import type { FaultKind } from './counters.ts';
import { releaseMm } from './exit.ts';
import { handleMmFault } from './fault/fault.ts';
import { dupMmap } from './fork.ts';
import { allocateTable } from './frame/pages.ts';
import { Mm } from './mm.ts';
import { type Errno, OutOfMemory, SyscallError } from './outcome.ts';
import { readByte, writeByte } from './page-cache/io.ts';
import { createFile, fillFile } from './page-cache/lifetime.ts';
import { truncateFile } from './page-cache/truncate.ts';
import { dropCache, writeBack } from './page-cache/writeback.ts';
import { Agents } from './policy/agents.ts';
import { dropSession, endSession } from './policy/restore.ts';
import { beginSession } from './policy/session.ts';
import { installObjects } from './policy/shadow.ts';
import { Process } from './process.ts';
import { installReclaim } from './reclaim/reclaim.ts';
import { ADRERR, accessError, MAPERR, OOM_KILL } from './signal.ts';
import { expandStack } from './stack.ts';
import { type KernelConfig, KernelState } from './state.ts';
import { brk } from './syscall/brk.ts';
import { madvise } from './syscall/madvise.ts';
import { mlock, munlock } from './syscall/mlock.ts';
import { type MmapRequest, mmap } from './syscall/mmap.ts';
import { mprotect } from './syscall/mprotect.ts';
import { type MremapRequest, mremap } from './syscall/mremap.ts';
import { msync } from './syscall/msync.ts';
import { munmap } from './syscall/munmap.ts';
import { splitAt } from './thp/split.ts';
import { VM_EXEC_ONLY } from './vma/flags.ts';
import type { CachedFile, FileSystem, Vma } from './vma/vma.ts';

const RETRY: FaultOutcome = { kind: 'retry' };

/**
 * Linux 6.18's memory management over simulated physical memory. Faults come in through {@link handleFault}, system
 * calls through the methods named after them, which give undefined when they succeed and the errno otherwise. Page
 * tables are written where the walker reads them; stale translations are reported through TlbMaintenance; work is
 * charged to the ledger, one line per part of each kind of operation.
 */
export class LinuxKernel {
  readonly state: KernelState;
  private readonly agents: Agents;
  private readonly beforeBoundary = (vma: Vma, vpn: Vpn): void => splitAt(this.state, vma.mm as Mm, vma, vpn);
  /** Kind and cost of the fault handled last; read it before the next. */
  lastFault: FaultKind | undefined = undefined;
  lastCycles = 0;

  constructor(config: KernelConfig) {
    this.state = new KernelState(config);
    installReclaim(this.state);
    installObjects(this.state);
    this.agents = new Agents(this.state);
  }

  /** A process with an empty address space. */
  createProcess(pid: number, parent = 0, name = ''): Process {
    const { meter } = this.state;
    meter.begin();
    const process = new Process(pid, parent, name, this.#newMm());
    meter.end('start');
    this.state.processes.set(pid, process);
    return process;
  }

  /** The process of this number. @throws Error when there is none: callers check what users name */
  process(pid: number): Process {
    const process = this.state.processes.get(pid);
    if (!process) throw new Error(`no process ${pid}`);
    return process;
  }

  rootOf(pid: number): Pfn {
    return this.process(pid).mm.root;
  }

  /**
   * exc_page_fault: the access may be tried again, or the process gets a signal: SIGSEGV (MAPERR, ACCERR), SIGBUS
   * beyond the end of a file, SIGKILL when memory has run out.
   */
  handleFault(pid: number, fault: Fault): FaultOutcome {
    const k = this.state;
    const process = this.process(pid);
    this.lastFault = undefined;
    this.agents.advance();
    if (this.agents.wake(process.mm)) return RETRY;
    k.meter.begin();
    k.meter.add('exception');
    k.meter.add('vmaLookup');
    const outcome = this.resolve(process, fault);
    if (outcome !== RETRY) k.counters.signals++;
    this.lastCycles = k.meter.end(`fault.${this.lastFault ?? 'signal'}`);
    return outcome;
  }

  private resolve(process: Process, fault: Fault): FaultOutcome {
    const k = this.state;
    const { vpn, access } = fault;
    if (fault.reason === 'non-canonical') return MAPERR;
    const vma = process.mm.vmas.find(vpn) ?? expandStack(k, process.mm, vpn);
    if (!vma) return MAPERR;
    const refused = accessError(vma, access);
    if (refused) return refused;
    const caller = fault.privilege === SUPERVISOR ? 'kernel-access' : 'access';
    try {
      const kind = handleMmFault(k, process, vma, vpn, access === STORE, caller);
      if (kind === 'sigbus') return ADRERR;
      this.lastFault = kind;
      return RETRY;
    } catch (error) {
      if (!(error instanceof OutOfMemory)) throw error;
      k.counters.oomKills++;
      return OOM_KILL;
    }
  }

  mmap(pid: number, request: MmapRequest): Errno | undefined {
    return this.#call('mmap', () => mmap(this.state, this.process(pid), request));
  }

  munmap(pid: number, vpn: Vpn, pages: number): Errno | undefined {
    return this.#call('munmap', () => munmap(this.state, this.process(pid).mm, vpn, pages));
  }

  mprotect(pid: number, vpn: Vpn, pages: number, prot: string): Errno | undefined {
    return this.#call('mprotect', () => mprotect(this.state, this.process(pid), vpn, pages, prot));
  }

  mremap(pid: number, request: MremapRequest): Errno | undefined {
    return this.#call('mremap', () => mremap(this.state, this.process(pid), request));
  }

  madvise(pid: number, vpn: Vpn, pages: number, advice: string): Errno | undefined {
    return this.#call('madvise', () => madvise(this.state, this.process(pid), vpn, pages, advice));
  }

  msync(pid: number, vpn: Vpn, pages: number, sync: boolean): Errno | undefined {
    return this.#call('msync', () => msync(this.state, this.process(pid), vpn, pages, sync));
  }

  mlock(pid: number, vpn: Vpn, pages: number): Errno | undefined {
    return this.#call('mlock', () => mlock(this.state, this.process(pid), vpn, pages));
  }

  munlock(pid: number, vpn: Vpn, pages: number): Errno | undefined {
    return this.#call('munlock', () => munlock(this.process(pid), vpn, pages));
  }

  brk(pid: number, end: Vpn): Errno | undefined {
    return this.#call('brk', () => brk(this.state, this.process(pid), end));
  }

  /** True where a process cannot run before {@link schedule} has been called. */
  isUnready(pid: number): boolean {
    const { mm } = this.process(pid);
    return this.state.policyMemory.jobs.some(({ child }) => child === mm);
  }

  /** A process is about to run: what its fork left to be done for it is done now. */
  schedule(pid: number): void {
    this.agents.advance();
    this.agents.wake(this.process(pid).mm);
  }

  /**
   * fork, or clone with shared memory: `share` makes a thread's or vfork child's process in the same address space.
   * ENOMEM when there is no memory for the tables. Policies may share the address space at a fork too.
   */
  fork(pid: number, child: number, share = false): Errno | undefined {
    const parent = this.process(pid);
    const { state } = this;
    return this.#call(share ? 'clone' : 'fork', () => {
      const snapshot = state.policy.forkTables === 'snapshot' && !state.policyMemory.sessions.has(parent.mm);
      if (share || snapshot || state.policy.forkTables === 'share-space') {
        if (!share) state.counters.forks++;
        if (!share && snapshot) beginSession(state, parent.mm, child);
        parent.mm.users++;
        state.processes.set(child, new Process(child, pid, parent.name, parent.mm));
        return;
      }
      const mm = this.#newMm();
      try {
        dupMmap(state, parent, mm);
      } catch (error) {
        releaseMm(state, mm);
        throw error;
      }
      state.processes.set(child, new Process(child, pid, parent.name, mm));
    });
  }

  /** execve: an address space of its own, empty; the mappings of the new program come as mmap calls. */
  exec(pid: number, name: string): void {
    this.#call('exec', () => {
      const process = this.process(pid);
      const old = process.mm;
      process.mm = this.#newMm();
      process.name = name;
      this.#leave(pid, old);
    });
  }

  /** exit: the memory goes, the process stays until waited for. */
  exit(pid: number): void {
    this.#call('exit', () => {
      const process = this.process(pid);
      if (process.zombie) return;
      process.zombie = true;
      const { parent, mm } = process;
      this.state.hooks?.onExit?.({ pid, parent, residentPages: mm.resident });
      this.#leave(pid, mm);
    });
  }

  /** A process leaves an address space; the last one takes it down. */
  #leave(pid: number, mm: Mm): void {
    endSession(this.state, mm, pid);
    if (mm.users === 1) dropSession(this.state, mm);
    releaseMm(this.state, mm);
  }

  createFile(name: string, fs: FileSystem, bytes: number): CachedFile {
    return createFile(this.state, name, fs, bytes, true);
  }

  /** Gives a file its first contents: page by page in the cache, clean and on disk (ext4) or dirty (tmpfs). */
  fillFile(file: CachedFile, contentOf: (page: number) => number): void {
    fillFile(this.state, file, contentOf);
  }

  /** One byte by pread, -1 beyond the end; by pwrite; ftruncate; fsync; fsync and drop from the cache. */
  fileRead(file: CachedFile, offset: number): number {
    return this.#value('read', () => readByte(this.state, file, offset));
  }

  fileWrite(file: CachedFile, offset: number, value: number): void {
    this.#call('write', () => writeByte(this.state, file, offset, value));
  }

  truncate(file: CachedFile, bytes: number): void {
    this.#call('truncate', () => truncateFile(this.state, file, bytes));
  }

  fsync(file: CachedFile): void {
    this.#call('fsync', () => writeBack(this.state, file, 0, Number.POSITIVE_INFINITY));
  }

  dropCache(file: CachedFile): void {
    this.#call('fadvise', () => dropCache(this.state, file));
  }

  /** The byte at a place that a process may read, by the tables: what a load that was not refused gives. */
  readMemory(pfn: Pfn, offset: number): number {
    return this.state.contents.read(this.state.frames.content[pfn]!, offset);
  }

  /** Stores a byte in a frame: what a store that was not refused does. */
  writeMemory(pfn: Pfn, offset: number, value: number): void {
    const { frames, contents, keepContents } = this.state;
    if (keepContents) frames.content[pfn] = contents.write(frames.content[pfn]!, offset, value);
  }

  /** True for a present page that its protection key forbids to read (PROT_EXEC alone). */
  forbidsReads(pid: number, vpn: Vpn): boolean {
    return this.process(pid).mm.vmas.find(vpn)?.has(VM_EXEC_ONLY) ?? false;
  }

  #newMm(): Mm {
    const k = this.state;
    const id = k.nextMmId();
    return new Mm(id, allocateTable(k), k.asidOf(id), k.anonVmas, this.beforeBoundary);
  }

  #call(name: string, body: () => void): Errno | undefined {
    return this.#value(name, () => {
      try {
        body();
        return undefined;
      } catch (error) {
        if (error instanceof SyscallError) return error.errno;
        if (error instanceof OutOfMemory) return 'ENOMEM';
        throw error;
      }
    });
  }

  #value<T>(name: string, body: () => T): T {
    const { meter } = this.state;
    this.agents.advance();
    meter.begin();
    meter.add('syscall');
    const value = body();
    this.lastCycles = meter.end(name);
    return value;
  }
}
