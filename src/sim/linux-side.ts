import type { Pfn } from '../core/addr.ts';
import type { Fault } from '../core/fault.ts';
import type { FaultOutcome } from '../core/kernel-port.ts';
import { BUILT_IN, type CostPreset } from '../kernel/cost/preset.ts';
import type { LinuxKernel } from '../kernel/linux.ts';
import { gatherSmaps, kiloBytesPss } from '../kernel/proc/smaps.ts';
import type { Process } from '../kernel/process.ts';
import type { KernelState } from '../kernel/state.ts';
import { ADVICES } from '../kernel/syscall/madvise.ts';
import type { CachedFile } from '../kernel/vma/vma.ts';
import type { TraceEvent } from '../trace/event.ts';
import { beyondMode } from './beyond-mode.ts';
import type { KernelSide } from './kernel.ts';
import { Latencies } from './latencies.ts';
import { MemoryTimeline } from './memory-timeline.ts';
import type { FaultCounts, ForkCounts, MemoryCounts, ProcessCounts } from './result.ts';

const KB_PER_PAGE = 4;
/** Forks whose latency is listed one by one. */
const MAX_FORKS = 1000;
/** Pages of the lower half of a 48-bit address space, less the guard page at 0 that nobody maps. */
const USER_PAGES = 2 ** 35 - 1;

/**
 * Linux behind the run loop's door: process events of the trace become system calls.
 *
 * A trace that says nothing of mappings gets one private anonymous mapping over the whole user space. One that states
 * them all is taken at its word: an access elsewhere is SIGSEGV. In one that states some, an access elsewhere did
 * happen all the same: its page is mapped (private, anonymous) and counted as implied.
 */
export class LinuxSide implements KernelSide {
  readonly name = 'linux';
  readonly costs: CostPreset;
  private readonly kernel: LinuxKernel;
  private readonly files = new Map<number, CachedFile>();
  private readonly mapped: boolean;
  private mappingsKnown: boolean;
  /** Pages mapped because they were accessed where no mapping was known. */
  implied = 0;
  /** System calls of the trace that the model refused, by what they were and why. */
  readonly refusedCalls = new Map<string, number>();
  refusals = 0;
  private readonly minorBefore = new Map<Process, number>();
  private readonly majorBefore = new Map<Process, number>();
  private readonly faultLatencies = new Latencies();
  private readonly forkLatencies = new Latencies();
  private eachFork: number[] = [];
  private readonly timeline = new MemoryTimeline();

  /**
   * @param mapped the trace states every mapping: an access elsewhere is a fault of the program
   * @param costs what the kernel's prices were taken from
   */
  constructor(kernel: LinuxKernel, mapped: boolean, costs: CostPreset = BUILT_IN) {
    this.kernel = kernel;
    this.costs = costs;
    this.mapped = mapped;
    this.mappingsKnown = mapped;
  }

  get state(): KernelState {
    return this.kernel.state;
  }

  /** @throws InputError for an address that the paging mode does not have, unless the trace states its mappings */
  handleFault(pid: number, fault: Fault): FaultOutcome {
    const outcome = this.kernel.handleFault(pid, fault);
    this.faultLatencies.add(this.kernel.lastCycles);
    this.#noteMemory();
    if (outcome.kind !== 'signal' || outcome.code !== 'MAPERR' || this.mapped) return outcome;
    if (fault.reason === 'non-canonical') throw beyondMode(fault);
    this.implied++;
    const refused = this.kernel.mmap(pid, { vpn: fault.vpn, pages: 1, prot: 'rwx', shared: false });
    return refused === undefined ? { kind: 'retry' } : outcome;
  }

  rootOf(pid: number): Pfn {
    return this.#process(pid).mm.root;
  }

  isUnready(pid: number): boolean {
    return this.kernel.isUnready(this.#known(pid));
  }

  schedule(pid: number): void {
    this.kernel.schedule(pid);
  }

  get policy(): string {
    return this.kernel.state.policy.name;
  }

  spaceOf(pid: number): number {
    return this.#process(pid).mm.asid;
  }

  apply(event: TraceEvent): void {
    if (event.kind === 'fork') this.timeline.fork(this.state.buddy.usedFrames);
    const refused = this.#call(event);
    if (event.kind === 'fork' && refused === undefined) this.#noteFork();
    this.#noteMemory();
    if (refused === undefined) return;
    this.refusals++;
    const what = `${event.kind}: ${refused}`;
    this.refusedCalls.set(what, (this.refusedCalls.get(what) ?? 0) + 1);
  }

  #call(event: TraceEvent): string | undefined {
    const kernel = this.kernel;
    switch (event.kind) {
      case 'start':
        this.mappingsKnown = true;
        kernel.createProcess(event.pid, 0, event.name ?? '');
        return undefined;
      case 'file':
        this.files.set(
          event.file,
          kernel.createFile(event.path, event.tmpfs ? 'tmpfs' : 'ext4', event.bytes),
        );
        return undefined;
      case 'mmap':
        return this.#mmap(event);
      case 'munmap':
        return kernel.munmap(this.#known(event.pid), event.vpn, event.pages);
      case 'mprotect':
        return kernel.mprotect(this.#known(event.pid), event.vpn, event.pages, event.prot);
      case 'mremap': {
        const { vpn, pages, newVpn, newPages } = event;
        const to = newVpn === vpn ? {} : { to: newVpn };
        return kernel.mremap(this.#known(event.pid), { vpn, pages, newPages, ...to });
      }
      case 'madvise':
        if (!ADVICES.includes(event.advice)) return 'EINVAL';
        return kernel.madvise(this.#known(event.pid), event.vpn, event.pages, event.advice);
      case 'brk':
        return kernel.brk(this.#known(event.pid), event.endVpn);
      case 'fork':
        return kernel.fork(this.#known(event.pid), event.child, event.vm !== undefined);
      case 'exec':
        kernel.exec(this.#known(event.pid), event.name);
        return undefined;
      case 'exit':
        kernel.exit(this.#known(event.pid));
        return undefined;
      default:
        return undefined;
    }
  }

  #mmap(event: Extract<TraceEvent, { kind: 'mmap' }>): string | undefined {
    const { pid, vpn, pages, prot, shared, backing, role, populate, thp } = event;
    this.mappingsKnown = true;
    const file = backing.kind === 'file' ? this.files.get(backing.file) : undefined;
    const refused = this.kernel.mmap(this.#known(pid), {
      vpn,
      pages,
      prot,
      shared,
      fixed: true,
      populate: populate ?? false,
      growsDown: role === 'stack',
      ...(backing.kind === 'file' && file && { file: { file, page: backing.pageOffset } }),
    });
    if (refused === undefined && thp) return this.kernel.madvise(pid, vpn, pages, 'hugepage');
    return refused;
  }

  #known(pid: number): number {
    this.#process(pid);
    return pid;
  }

  /** The process; one that the trace never introduced is made, with all of user space mapped if no trace says more. */
  #process(pid: number): Process {
    const known = this.kernel.state.processes.get(pid);
    if (known) return known;
    const process = this.kernel.createProcess(pid);
    if (!this.mappingsKnown) {
      const everything = { vpn: 1, pages: USER_PAGES, prot: 'rwx', shared: false, noreserve: true };
      this.kernel.mmap(pid, everything);
    }
    return process;
  }

  #noteFork(): void {
    const cycles = Math.round(this.kernel.lastCycles);
    this.forkLatencies.add(cycles);
    if (this.eachFork.length < MAX_FORKS) this.eachFork.push(cycles);
  }

  #noteMemory(): void {
    this.timeline.note(this.state.now(), this.state.buddy.usedFrames);
  }

  faults(): FaultCounts {
    const { minor, major, signals, faultsByKind } = this.kernel.state.counters;
    const byKind = Object.fromEntries(Object.entries(faultsByKind).filter(([, count]) => count > 0));
    return { minor, major, signals, byKind, latency: this.faultLatencies.summary() };
  }

  forks(): ForkCounts {
    const { forks, ptesCopied, tablesCopied, tablesShared } = this.kernel.state.counters;
    return {
      count: forks,
      ptesCopied,
      tablesCopied,
      tablesShared,
      latency: this.forkLatencies.summary(),
      each: this.eachFork,
    };
  }

  memory(): MemoryCounts {
    const { framesPeak, tablesPeak, bytesCopied, bytesZeroed } = this.kernel.state.counters;
    const { extraPeak, atFork, interval, points } = this.timeline;
    return {
      framesPeak,
      pageTableBytesPeak: tablesPeak * 4096,
      bytesCopied,
      bytesZeroed,
      extraPeak,
      ...(atFork !== undefined && { framesAtFork: atFork }),
      overTime: { interval, frames: points },
    };
  }

  processes(): ProcessCounts[] {
    return [...this.kernel.state.processes.values()].map((process) => ({
      pid: process.pid,
      parent: process.parent,
      name: process.name,
      minflt: process.minflt - (this.minorBefore.get(process) ?? 0),
      majflt: process.majflt - (this.majorBefore.get(process) ?? 0),
      rss: process.mm.resident * KB_PER_PAGE,
      rssPeak: process.mm.residentPeak * KB_PER_PAGE,
      pss: this.#pss(process),
      vmPte: process.mm.tables * KB_PER_PAGE,
    }));
  }

  /** Pss in kB, as smaps_rollup sums it over the VMAs; 0 for a process that has ended. */
  #pss({ mm, zombie }: Process): number {
    if (zombie) return 0;
    let sum = 0;
    for (const vma of mm.vmas) sum += gatherSmaps(this.kernel.state, mm, vma).pss;
    return kiloBytesPss(sum);
  }

  /** Fault counts by process are the kernel's own and go on; what was before the warm-up's end is taken off. */
  resetCounters(): void {
    this.kernel.state.counters.reset();
    this.faultLatencies.clear();
    this.forkLatencies.clear();
    this.eachFork = [];
    this.timeline.restart(this.state.now());
    for (const process of this.kernel.state.processes.values()) {
      this.minorBefore.set(process, process.minflt);
      this.majorBefore.set(process, process.majflt);
    }
  }
}
