import { HOST_MEMORY } from '../core/arena.ts';
import { sizeShiftNamed } from '../core/attributes.ts';
import type { Fault } from '../core/fault.ts';
import type { FaultOutcome } from '../core/kernel-port.ts';
import { Ledger } from '../core/ledger.ts';
import { BUILT_IN, type CostPreset } from '../kernel/cost/preset.ts';
import { scaleCosts } from '../kernel/cost/scale.ts';
import { DemandKernel } from '../kernel/demand.ts';
import { LinuxKernel } from '../kernel/linux.ts';
import type { PolicyHooks } from '../kernel/policy/hooks.ts';
import type { Policy } from '../kernel/policy/policy.ts';
import type { Chunk } from '../trace/chunk.ts';
import type { TraceEvent } from '../trace/event.ts';
import type { TraceSource } from '../trace/source.ts';
import { Accelerator } from './accelerator/accelerator.ts';
import { type Core, memoryFor } from './accelerator/choose.ts';
import { entryCopierIn } from './accelerator/entry-copier.ts';
import type { SharedMemory } from './accelerator/memory.ts';
import { AddressSpaces } from './address-spaces.ts';
import { Checker } from './check/checker.ts';
import {
  type AccessCounts,
  accessesIn,
  addCounts,
  countRecords,
  countsSince,
  noCounts,
  recordOfAccess,
} from './counts.ts';
import { Cpu } from './cpu.ts';
import { buildHardware, type Hardware } from './hardware.ts';
import { DemandSide, type KernelSide } from './kernel.ts';
import { LinuxSide } from './linux-side.ts';
import type { Machine } from './machine/machine.ts';
import { ANY_PAGE, PageJoiner } from './page-crossing.ts';
import { IssueWindow } from './window.ts';

export interface RunOptions {
  /**
   * Whose mappings and faults: every page exists on demand, or Linux. Without it Linux for a trace that
   * states mappings, on demand for any other.
   */
  kernel?: 'demand' | 'linux';
  /** How Linux decides at fork and at writes to shared memory; Linux 6.18 without it. */
  policy?: RunPolicy;
  /** What Linux's work costs; as measured on Linux 6.18 without it. */
  costs?: CostPreset;
  /** Check laws of hardware and kernel all along (sim/check): findings are collected, the run goes on. */
  check?: boolean;
  /** Which implementation runs the records; the numbers are the same. Default auto. */
  core?: Core;
  /** Accesses to run before counting begins. */
  warmup?: number;
  /** Accesses to run in all, the warm-up included. */
  limit?: number;
  /** Called now and then (once a chunk) with the accesses run so far. */
  onProgress?: (accesses: number) => void;
  /** Ask to stop early (SIGINT): the run ends after the chunk in hand. */
  signal?: AbortSignal;
}

/** Called between two chunks when `every` more accesses have run: the state is whole then (sim/checkpoint). */
export interface CheckpointPlan {
  readonly every: number;
  save(accesses: number): Promise<void>;
}

/** A point on the axes and, of a policy module, its own decisions. */
export interface RunPolicy {
  readonly policy: Policy;
  readonly hooks?: PolicyHooks;
}

/** Who runs when a trace names no process. */
const FIRST_PID = 1;
const NOBODY = 0;
/** Stored bytes of a trace that is over before the WebAssembly core would begin. */
const SHORT_TRACE_BYTES = 8192;

/**
 * One machine running one trace: hardware and kernel joined, chunks in, counters out (result: sim/collect.ts).
 * Deterministic: the same trace, machine and options give the same numbers on any host.
 */
export class Simulation {
  readonly machine: Machine;
  readonly ledger = new Ledger();
  readonly window: IssueWindow;
  readonly hardware: Hardware;
  readonly spaces: AddressSpaces;
  readonly kernel: KernelSide;
  readonly cpu: Cpu;
  /** null without `check`. */
  readonly checker: Checker | null;
  /** Accesses of the region of interest. */
  counts: AccessCounts = noCounts();
  warmedUp = 0;
  events = 0;
  totalCycles = 0;
  readonly pids = new Set<number>();
  private pid = NOBODY;
  /** Cycles before the window's time zero: the kernel's clock never goes back. */
  private clockBase = 0;
  private done = 0;
  /** Chunks of the trace that have run. */
  private chunksDone = 0;
  private counting: boolean;
  private readonly options: RunOptions;
  private readonly joiner: PageJoiner;

  constructor(machine: Machine, source: TraceSource, options: RunOptions = {}) {
    this.machine = machine;
    this.options = options;
    const { paging, pageCrossing } = machine;
    this.joiner = new PageJoiner(pageCrossing === 'first' ? ANY_PAGE : sizeShiftNamed(paging.pageSize));
    this.counting = (options.warmup ?? 0) === 0;
    const shared = memoryFor(machine, coreFor(options, source));
    const arena = shared ?? HOST_MEMORY;
    this.window = new IssueWindow(this.ledger, machine.core.issueWidth, machine.core.window, arena);
    this.hardware = buildHardware(machine, source.regions, this.ledger, undefined, arena);
    const asids = options.policy?.policy.asids ?? 'machine';
    this.spaces = new AddressSpaces(this.hardware.mmu, asids === 'machine' ? machine.tlb.asids : asids);
    const kernel =
      (options.kernel ?? kernelFor(source)) === 'linux'
        ? this.#linux(source.info.mapped, shared)
        : this.#demand();
    this.kernel = kernel;
    const { mmu, data } = this.hardware;
    this.checker = options.check ? new Checker(this.hardware, this.spaces, kernel, arena) : null;
    const accelerator = shared && new Accelerator(machine, this.hardware, this.window, this.ledger, shared);
    this.cpu = new Cpu(mmu, this.window, (fault) => this.handleFault(fault), data, accelerator);
  }

  #demand(): KernelSide {
    const { memory, mode } = this.hardware;
    const { kernel, paging } = this.machine;
    const settings = { ...kernel, pageShift: sizeShiftNamed(paging.pageSize) };
    return new DemandSide(new DemandKernel(memory, mode, settings, this.window, this.spaces));
  }

  #linux(mapped: boolean, shared: SharedMemory | null): KernelSide {
    const { memory, mode } = this.hardware;
    const { core, kernel } = this.machine;
    const prices = this.options.costs ?? BUILT_IN;
    const config = {
      memory,
      mode,
      memoryBytes: kernel.memoryBytes,
      tlb: this.spaces,
      ledger: this.window,
      costs: scaleCosts(prices.costs, core.frequencyGHz / prices.frequencyGHz),
      contents: this.options.check ?? false,
      clock: () => this.clockBase + this.window.now(),
      ...(shared && { copyEntries: entryCopierIn(shared) }),
      ...this.options.policy,
    };
    return new LinuxSide(new LinuxKernel(config), mapped, prices);
  }

  private handleFault(fault: Fault): FaultOutcome {
    const outcome = this.kernel.handleFault(this.pid, fault);
    this.checker?.afterFault(this.pid, fault);
    return outcome;
  }

  /**
   * Runs the trace to its end, or to the limit; what ran before the checkpoint that this run was given the state of is
   * decoded and passed over.
   * @throws InputError where the trace is broken
   */
  async run(source: TraceSource, checkpoint?: CheckpointPlan): Promise<void> {
    let before = noCounts();
    let saved = this.done;
    let chunks = 0;
    for await (const chunk of source.chunks()) {
      const decoded = countsSince(before, source.statistics);
      before = { ...source.statistics };
      if (chunks++ < this.chunksDone) continue;
      if (!this.#runChunk(this.joiner.join(chunk), decoded)) break;
      this.chunksDone++;
      this.options.onProgress?.(this.done);
      if (this.options.signal?.aborted) break;
      if (checkpoint && this.done - saved >= checkpoint.every) {
        saved = this.done;
        await checkpoint.save(this.done);
      }
    }
    this.totalCycles = this.window.finish();
    this.checker?.atEnd(this.totalCycles, this.ledger.total());
  }

  /** `decoded` are the accesses of this chunk. False when the limit was reached inside it. */
  #runChunk(chunk: Chunk, decoded: AccessCounts): boolean {
    const { warmup = 0, limit = Number.POSITIVE_INFINITY } = this.options;
    let from = 0;
    if (!this.counting) {
      from = recordOfAccess(chunk, warmup - this.done);
      this.#runStretch(chunk, 0, from);
      this.done += accessesIn(this.#countOf(chunk, 0, from, decoded));
      if (this.done < warmup) return true;
      this.#beginCounting();
      if (from === chunk.count) return this.done < limit;
    }
    let to = chunk.count;
    if (this.done + (to - from) > limit) to = this.#limitRecord(chunk, from, limit - this.done);
    this.#runStretch(chunk, from, to);
    const counts = this.#countOf(chunk, from, to, decoded);
    addCounts(this.counts, counts);
    this.done += accessesIn(counts);
    return this.done < limit;
  }

  /** The decoder's own counts for a whole chunk; a look at each record for a part. */
  #countOf(chunk: Chunk, from: number, to: number, decoded: AccessCounts): AccessCounts {
    if (from === 0 && to === chunk.count) return decoded;
    const counts = noCounts();
    countRecords(chunk, from, to, counts);
    return counts;
  }

  #limitRecord(chunk: Chunk, from: number, accesses: number): number {
    const before = noCounts();
    countRecords(chunk, 0, from, before);
    return recordOfAccess(chunk, accessesIn(before) + accesses);
  }

  /** Records from..to-1 with the events among them; those at `to` belong to the next stretch or chunk. */
  #runStretch(chunk: Chunk, from: number, to: number): void {
    let at = from;
    for (const { at: position, event } of chunk.events) {
      if (position < from) continue;
      if (position > to || (position === to && to < chunk.count)) break;
      this.#runRecords(chunk, at, position);
      at = position;
      this.#apply(event);
    }
    this.#runRecords(chunk, at, to);
  }

  #runRecords(chunk: Chunk, from: number, to: number): void {
    if (from === to) return;
    if (this.pid === NOBODY) this.#switch(FIRST_PID);
    if (this.checker === null) this.cpu.run(chunk, from, to);
    else this.checker.run(this.cpu, this.pid, chunk, from, to);
  }

  #apply(event: TraceEvent): void {
    this.events++;
    if (event.kind === 'switch') {
      this.#switch(event.pid);
      return;
    }
    this.window.drain();
    const { refusals } = this.kernel;
    this.kernel.apply(event);
    this.checker?.afterCall(event, this.kernel.refusals > refusals);
    // A system call of the running process may have changed its root table; the first process to start runs.
    const first = event.kind === 'start' && this.pid === NOBODY;
    if ('pid' in event && (first || event.pid === this.pid)) this.#switch(event.pid);
  }

  #switch(pid: number): void {
    this.pid = pid;
    this.pids.add(pid);
    if (this.kernel.isUnready?.(pid)) {
      this.window.drain();
      this.kernel.schedule?.(pid);
    }
    const root = this.kernel.rootOf(pid);
    this.cpu.switchTo(this.spaces.switchTo(this.kernel.spaceOf(pid), root), root);
  }

  /** The warm-up is over: every count begins anew, caches and memory stay. */
  #beginCounting(): void {
    this.counting = true;
    this.warmedUp = this.done;
    this.clockBase += this.window.now();
    this.window.restart();
    this.ledger.reset();
    this.hardware.mmu.resetCounters();
    for (const cache of this.hardware.dataCaches.caches) cache.resetCounts();
    this.kernel.resetCounters();
    this.events = 0;
  }
}

/**
 * The WebAssembly core takes some 20 ms to be there, and is slow to start for one access: for short traces TypeScript
 * is the faster one.
 */
function coreFor({ core = 'auto' }: RunOptions, { info }: TraceSource): Core {
  const short = info.bytes !== null && info.bytes < SHORT_TRACE_BYTES;
  return core === 'auto' && short ? 'ts' : core;
}

/** Recordings and made traces of processes state mappings; other formats cannot. */
function kernelFor({ info }: TraceSource): 'demand' | 'linux' {
  return info.mapped || 'recorder' in info.properties ? 'linux' : 'demand';
}
