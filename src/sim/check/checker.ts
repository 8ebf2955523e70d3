import { ACCESS_NAMES } from '../../core/access.ts';
import { formatAddress } from '../../core/addr.ts';
import type { Arena } from '../../core/arena.ts';
import type { Fault } from '../../core/fault.ts';
import type { Chunk } from '../../trace/chunk.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { AddressSpaces } from '../address-spaces.ts';
import type { Cpu } from '../cpu.ts';
import type { Hardware } from '../hardware.ts';
import type { KernelSide } from '../kernel.ts';
import { AccessCheck } from './access-check.ts';
import type { Finding } from './finding.ts';
import { FrameCheck } from './frame-check.ts';
import { TlbSanitizer } from './tlb-sanitizer.ts';

/** Findings kept; a broken kernel makes them by the million. */
const ENOUGH = 20;
/** Faults between two counts of all frames grow with what there is to count: its cost stays a share of the run's. */
const FAULTS_PER_FRAME = 1;

/**
 * The laws that `--check` holds a run to: no stale TLB entry after any kernel operation, conservation of frames after
 * every change of processes and mappings and after many faults, loads that see what the program stored, A and D bits
 * that stay until the kernel takes them, and a ledger that sums to the total.
 */
export class Checker {
  readonly findings: Finding[] = [];
  private readonly kernel: KernelSide;
  private readonly spaces: AddressSpaces;
  private readonly tlbs: TlbSanitizer;
  /** null where the kernel keeps neither contents nor page tables of its own. */
  private readonly accesses: AccessCheck | null;
  /** null where the kernel keeps no frames of its own. */
  private readonly frames: FrameCheck | null;
  private faultsUntilCount = 1;

  /** @param arena that the core's own arrays come from */
  constructor(hardware: Hardware, spaces: AddressSpaces, kernel: KernelSide, arena: Arena) {
    this.kernel = kernel;
    this.spaces = spaces;
    this.tlbs = new TlbSanitizer(hardware, spaces);
    const { state } = kernel;
    this.frames = state && new FrameCheck(state);
    this.accesses = state?.keepContents
      ? new AccessCheck(state, hardware.tlbs.regions, arena, (finding) => this.#note(finding))
      : null;
  }

  /** A fault of `pid` was handled. */
  afterFault(pid: number, fault: Fault): void {
    const operation = `${ACCESS_NAMES[fault.access]} fault at ${formatAddress(fault.vpn, fault.offset)} (${fault.reason}) of process ${pid}`;
    this.accesses?.afterFault(operation);
    const tag = this.spaces.tagOf(this.kernel.spaceOf(pid));
    if (tag >= 0) this.#add(this.tlbs.afterFault(tag, fault.vpn, this.kernel.rootOf(pid), operation));
    if (--this.faultsUntilCount <= 0) this.#countFrames(operation);
  }

  /** Runs records of `pid`, each access held against what the program means and the tables must say. */
  run(cpu: Cpu, pid: number, chunk: Chunk, from: number, to: number): void {
    this.accesses?.begin(pid, this.kernel.rootOf(pid));
    cpu.run(chunk, from, to, this.accesses);
  }

  /** A process event was applied. @param refused the kernel gave an errno */
  afterCall(event: TraceEvent, refused: boolean): void {
    const operation = 'pid' in event ? `${event.kind} of process ${event.pid}` : event.kind;
    this.accesses?.afterCall(event, refused, operation);
    this.#add(this.tlbs.afterCall(operation));
    if (event.kind === 'fork' || event.kind === 'exit' || event.kind === 'exec') this.#countFrames(operation);
  }

  /** The run is over: `total` cycles, and what the ledger's lines sum to. */
  atEnd(total: number, ledger: number): void {
    this.#countFrames('the end of the run');
    if (total !== ledger) {
      const what = `${total} cycles, and the lines sum to ${ledger}`;
      this.#add([{ law: 'the ledger sums to the total', what, operation: 'the end of the run' }]);
    }
  }

  #countFrames(operation: string): void {
    const { state } = this.kernel;
    if (state === null || this.frames === null) return;
    this.#add(this.frames.run(operation));
    this.faultsUntilCount = Math.max(64, state.buddy.usedFrames * FAULTS_PER_FRAME);
  }

  #add(found: readonly Finding[]): void {
    for (const finding of found) this.#note(finding);
  }

  #note(finding: Finding): void {
    if (this.findings.length < ENOUGH) this.findings.push(finding);
  }
}
