import { ACCESS_NAMES } from '../../core/access.ts';
import { formatAddress, REGION_PAGES, type Vpn } from '../../core/addr.ts';
import type { Fault } from '../../core/fault.ts';
import type { Chunk } from '../../trace/chunk.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { AddressSpaces } from '../address-spaces.ts';
import type { Cpu } from '../cpu.ts';
import type { Hardware } from '../hardware.ts';
import type { KernelSide } from '../kernel.ts';
import { ContentsCheck } from './contents-check.ts';
import { runEach } from './each-access.ts';
import type { Finding } from './finding.ts';
import { FrameCheck } from './frame-check.ts';
import { TlbSanitizer } from './tlb-sanitizer.ts';
import { UseBitsCheck } from './use-bits-check.ts';

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
  /** null where the kernel keeps no contents. */
  private readonly contents: ContentsCheck | null;
  /** null where the kernel keeps no page tables of its own. */
  private readonly useBits: UseBitsCheck | null;
  private faultsUntilCount = 1;

  constructor(hardware: Hardware, spaces: AddressSpaces, kernel: KernelSide) {
    this.kernel = kernel;
    this.spaces = spaces;
    this.tlbs = new TlbSanitizer(hardware, spaces);
    const { state } = kernel;
    this.contents = state?.keepContents ? new ContentsCheck(hardware, spaces, kernel, state) : null;
    this.useBits = state && new UseBitsCheck(state);
  }

  /** A fault of `pid` was handled. */
  afterFault(pid: number, fault: Fault): void {
    const operation = `${ACCESS_NAMES[fault.access]} fault at ${formatAddress(fault.vpn, fault.offset)} (${fault.reason}) of process ${pid}`;
    this.useBits?.afterFault(operation);
    const tag = this.spaces.tagOf(this.kernel.spaceOf(pid));
    if (tag >= 0) this.#add(this.tlbs.afterFault(tag, fault.vpn, this.kernel.rootOf(pid), operation));
    if (--this.faultsUntilCount <= 0) this.#countFrames(operation);
  }

  /** Runs records of `pid`, each access held against what the program means and the tables must say. */
  run(cpu: Cpu, pid: number, chunk: Chunk, from: number, to: number): void {
    const { contents, useBits } = this;
    if (contents === null || useBits === null) {
      cpu.run(chunk, from, to);
      return;
    }
    const root = this.kernel.rootOf(pid);
    runEach(cpu, chunk, from, to, (at, type) => {
      this.#note(contents.afterAccess(pid, chunk, at, type));
      this.#note(useBits.afterAccess(root, vpnOf(chunk, at), type));
    });
  }

  /** A process event was applied. @param refused the kernel gave an errno */
  afterCall(event: TraceEvent, refused: boolean): void {
    this.contents?.afterCall(event, refused);
    const operation = 'pid' in event ? `${event.kind} of process ${event.pid}` : event.kind;
    this.useBits?.afterCall(event, operation);
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
    if (state === null) return;
    this.#add(new FrameCheck(state, operation).run());
    this.faultsUntilCount = Math.max(64, state.buddy.usedFrames * FAULTS_PER_FRAME);
  }

  #add(found: readonly Finding[]): void {
    for (const finding of found) this.#note(finding);
  }

  #note(finding: Finding | null): void {
    if (finding !== null && this.findings.length < ENOUGH) this.findings.push(finding);
  }
}

/** The page of a record. */
function vpnOf({ keys, regions }: Chunk, at: number): Vpn {
  const page = Math.floor(keys[at]! / 4);
  return regions.highOf(Math.floor(page / REGION_PAGES)) * REGION_PAGES + (page % REGION_PAGES);
}
