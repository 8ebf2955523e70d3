import type { Pfn } from '../core/addr.ts';
import type { Fault } from '../core/fault.ts';
import type { FaultOutcome } from '../core/kernel-port.ts';
import type { CostPreset } from '../kernel/cost/preset.ts';
import type { DemandKernel } from '../kernel/demand.ts';
import type { KernelState } from '../kernel/state.ts';
import type { TraceEvent } from '../trace/event.ts';
import { beyondMode } from './beyond-mode.ts';
import type { FaultCounts, ForkCounts, MemoryCounts, ProcessCounts } from './result.ts';

/** What the run loop asks of a kernel, whichever it is. */
export interface KernelSide {
  readonly name: string;
  handleFault(pid: number, fault: Fault): FaultOutcome;
  /** The root table of a process's address space; makes the process when it is new. */
  rootOf(pid: number): Pfn;
  /** The policy it runs under, where it has one. */
  readonly policy?: string;
  /** What its prices were taken from, where it charges work by its parts. */
  readonly costs?: CostPreset;
  /** A process whose fork left work to be done before it can run, and doing it. */
  isUnready?(pid: number): boolean;
  schedule?(pid: number): void;
  /** A number for the address space: the same for processes that share one. */
  spaceOf(pid: number): number;
  /** A process event of the trace: a system call. */
  apply(event: TraceEvent): void;
  /** Process events that the kernel refused with an errno. */
  readonly refusals: number;
  /** What the kernel knows, for checks; null for a kernel that keeps nothing. */
  readonly state: KernelState | null;
  faults(): FaultCounts;
  forks(): ForkCounts;
  memory(): MemoryCounts;
  processes(): ProcessCounts[];
  /** Counters back to zero, memory as it is: the end of a warm-up. */
  resetCounters(): void;
}

/** The demand kernel behind that door: it knows no mappings and no forks, so process events pass it by. */
export class DemandSide implements KernelSide {
  readonly name = 'demand';
  readonly state = null;
  readonly refusals = 0;
  private readonly kernel: DemandKernel;
  /** Faults by process. */
  private readonly minor = new Map<number, { count: number }>();

  constructor(kernel: DemandKernel) {
    this.kernel = kernel;
  }

  /** @throws InputError for an address that the paging mode does not have */
  handleFault(pid: number, fault: Fault): FaultOutcome {
    if (fault.reason === 'non-canonical') throw beyondMode(fault);
    this.faultsOf(pid).count++;
    return this.kernel.handleFault(pid, fault);
  }

  rootOf(pid: number): Pfn {
    this.faultsOf(pid);
    return this.kernel.rootOf(pid);
  }

  spaceOf(pid: number): number {
    return pid;
  }

  apply(_event: TraceEvent): void {}

  faults(): FaultCounts {
    const minor = [...this.minor.values()].reduce((sum, { count }) => sum + count, 0);
    return { minor, major: 0, signals: 0, byKind: minor === 0 ? {} : { demand: minor } };
  }

  forks(): ForkCounts {
    return { count: 0, ptesCopied: 0, tablesCopied: 0, tablesShared: 0 };
  }

  memory(): MemoryCounts {
    const frames = this.kernel.dataFrames;
    return {
      framesPeak: frames + this.kernel.pageTableFrames,
      pageTableBytesPeak: this.kernel.pageTableFrames * 4096,
      bytesCopied: 0,
      bytesZeroed: frames * 4096,
    };
  }

  processes(): ProcessCounts[] {
    return [...this.minor].map(([pid, { count }]) => ({
      pid,
      parent: 0,
      name: '',
      minflt: count,
      majflt: 0,
    }));
  }

  resetCounters(): void {
    for (const faults of this.minor.values()) faults.count = 0;
  }

  private faultsOf(pid: number): { count: number } {
    let faults = this.minor.get(pid);
    if (faults === undefined) {
      faults = { count: 0 };
      this.minor.set(pid, faults);
    }
    return faults;
  }
}
