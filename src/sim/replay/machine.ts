import { type AccessType, FETCH, LOAD, STORE, USER } from '../../core/access.ts';
import { type Asid, type Pfn, REGION_PAGES, type Vpn } from '../../core/addr.ts';
import type { Fault } from '../../core/fault.ts';
import type { CycleSink, FaultOutcome, TlbMaintenance } from '../../core/kernel-port.ts';
import { Ledger } from '../../core/ledger.ts';
import { RegionTable } from '../../core/regions.ts';
import type { Part, PartCosts } from '../../kernel/cost/parts.ts';
import { LinuxKernel } from '../../kernel/linux.ts';
import { AddressSpaces } from '../address-spaces.ts';
import { buildHardware, type Hardware } from '../hardware.ts';
import type { Machine } from '../machine/machine.ts';
import type { Refused, ScenarioHost } from '../scenario/machine.ts';
import { IssueWindow } from '../window.ts';
import { cellOf, HOLDER } from './cells.ts';
import { explainFault, type FaultLine } from './fault-path.ts';
import { Sampler } from './sampler.ts';
import type { Charge, OperationRecord } from './step.ts';
import { Tape } from './tape.ts';
import { TouchedMemory } from './touched-memory.ts';
import { Translation } from './translation.ts';

const NOBODY = -1;
/** A fault that is answered with "retry" more often than this is a kernel that makes no progress. */
const MAX_FAULTS = 16;
/** Work of one kernel operation that gets steps of its own; what follows is told in one step. */
const MAX_WORK_STEPS = 48;
/**
 * What a part of kernel work can have changed, where that is not frames and tables both: a comparison of everything
 * takes its time.
 */
const CHANGES: Partial<Record<Part, 'nothing' | 'contents' | 'frames' | 'tables'>> = {
  exception: 'nothing',
  syscall: 'nothing',
  vmaLookup: 'nothing',
  tableWalk: 'nothing',
  reuseCheck: 'nothing',
  cowSetup: 'nothing',
  allocate: 'frames',
  zero: 'contents',
  copy: 'contents',
  refcount: 'frames',
  free: 'frames',
  pteWrite: 'tables',
  flushPage: 'tables',
};
const GIB = 2 ** 30;

/** A machine as the page runs it: one access after the other, so that every latency shows; memory for any scenario. */
export function machineForReplay(machine: Machine): Machine {
  const core = { ...machine.core, issueWidth: 1, window: 1 };
  return { ...machine, core, kernel: { ...machine.kernel, memoryBytes: 16 * GIB } };
}

/**
 * Hardware and Linux joined as sim/run.ts joins them, with a tape running: each lookup, PTE read, decision and piece
 * of kernel work becomes a step. Counts and cycles are those of a run without a tape (a test says so).
 */
export class RecordingMachine implements ScenarioHost, TlbMaintenance, CycleSink {
  readonly machine: Machine;
  readonly ledger = new Ledger();
  readonly window: IssueWindow;
  readonly hardware: Hardware;
  readonly kernel: LinuxKernel;
  readonly tape: Tape;
  readonly sampler: Sampler;
  /** Who answers faults; the kernel itself unless replaced. */
  onFault: (pid: number, fault: Fault) => FaultOutcome;
  readonly #costs: PartCosts;
  readonly #memory: TouchedMemory;
  readonly #spaces: AddressSpaces;
  readonly #translation: Translation;
  readonly #issueCause: number;
  #pid = NOBODY;
  #space = NOBODY;
  #asid: Asid = 0;
  #root: Pfn = 0;
  /** Steps of kernel work whose ledger line is not known yet, by part. */
  readonly #unnamed = new Map<Part, Charge[]>();
  #workSteps = 0;
  #worked = false;
  /** Of the last access: a store may write its byte once the access has returned. */
  #lastFrame: Pfn = NOBODY;
  /** Decisions of the fault at hand that are told once its VMA is found. */
  #untold: readonly FaultLine[] = [];

  /** @param machine as {@link machineForReplay} gives it; @param contents keep what pages hold */
  constructor(machine: Machine, costs: PartCosts, contents: boolean) {
    this.machine = machine;
    this.#costs = costs;
    this.window = new IssueWindow(this.ledger, machine.core.issueWidth, machine.core.window);
    this.#issueCause = this.ledger.cause('issue');
    this.#memory = new TouchedMemory();
    const memory = this.#memory;
    this.hardware = buildHardware(machine, new RegionTable(), this.ledger, memory);
    const { mode, mmu, tlbs, psc } = this.hardware;
    this.#spaces = new AddressSpaces(mmu, machine.tlb.asids);
    const { memoryBytes } = machine.kernel;
    this.kernel = new LinuxKernel({ memory, mode, memoryBytes, tlb: this, ledger: this, costs, contents });
    this.kernel.state.meter.onWork = (part, count) => this.#work(part, count);
    this.onFault = (pid, fault) => this.kernel.handleFault(pid, fault);
    this.tape = new Tape({
      tlbs: tlbs.all.map(({ frames }) => frames.length),
      pscs: (psc?.levels ?? []).map(({ size }) => size),
    });
    this.sampler = new Sampler(this.tape, { kernel: this.kernel.state, memory, tlbs, psc });
    this.#translation = new Translation(this.hardware, this.tape, this.sampler, this.ledger);
  }

  /** The first step of a tape: what `make` makes is there, free of charge, when the machine stands ready. */
  setup<T>(make: () => T): T {
    this.tape.step({ kind: 'setup' });
    this.#workSteps = MAX_WORK_STEPS + 1;
    const { meter } = this.kernel.state;
    meter.begin();
    const made = make();
    meter.end('setup');
    this.sampler.everything();
    this.tape.forgetCharges();
    this.window.restart();
    this.ledger.reset();
    return made;
  }

  beginOperation(operation: Pick<OperationRecord, 'line' | 'text' | 'sentence' | 'pid'>): void {
    this.window.drain();
    // Not earlier: a loop of the kernel may hold a slab as long as its operation lasts.
    this.#memory.touched.clear();
    this.tape.beginOperation(operation);
    this.#workSteps = 0;
  }

  /** The operation is over; whatever it changed and no step has shown yet belongs to its last step. */
  endOperation(answer: Readonly<Record<string, unknown>>): void {
    this.#sampleByte();
    this.tape.endOperation(answer);
    this.#sample();
  }

  /** Ends the run; the total in cycles. */
  finish(): number {
    return this.window.finish();
  }

  access(pid: number, vpn: Vpn, offset: number, write: boolean): Pfn | Refused {
    const reached = this.run(pid, vpn, offset, write ? STORE : LOAD);
    if (typeof reached === 'number' && !write && this.kernel.forbidsReads(pid, vpn))
      return { kind: 'signal', signal: 'SIGSEGV', code: 'PKUERR' };
    return reached;
  }

  /** One record, as sim/cpu.ts runs it; the frame of its page, or the signal that ended it. */
  run(pid: number, vpn: Vpn, offset: number, type: AccessType): Pfn | Refused {
    const { tape, window } = this;
    const { mmu, tlbs, data } = this.hardware;
    const process = this.kernel.process(pid);
    this.#sampleByte();
    tape.beginAccess({ pid, space: process.mm.id, vpn, offset, type });
    // Between accesses no loop of the kernel holds a slab.
    if (!this.#worked) this.#memory.touched.clear();
    this.#switchTo(pid);
    this.#workSteps = 0;
    const region = tlbs.regions.intern(Math.floor(vpn / REGION_PAGES));
    const low = vpn % REGION_PAGES;
    const key = tlbs.keyOf(this.#asid, region, low);
    tlbs.first(type).lookups++;
    for (let attempt = 0; attempt < MAX_FAULTS; attempt++) {
      const issue = attempt === 0 ? [{ cause: this.#issueCause, cycles: 1 }] : [];
      tape.step({ kind: 'issue', retry: attempt > 0 }, issue);
      mmu.latency.clear();
      const before = this.#translation.look(this.#asid, this.#root, key, vpn, offset, type);
      const done = mmu.translate(key, region, low, offset, type, USER, attempt > 0);
      this.#translation.tell(before, done);
      if (done) {
        const frame = mmu.frame;
        if (data !== null && type !== FETCH) data.append(mmu.latency, frame, offset);
        this.#translation.tellData(frame);
        this.#pend();
        window.issued++;
        window.drain();
        this.#lastFrame = frame;
        return frame;
      }
      this.#pend();
      window.drain(window.issued + 1);
      const outcome = this.#fault(pid, mmu.fault!);
      if (outcome.kind === 'signal') {
        window.issued++;
        return outcome;
      }
    }
    throw new Error(`no progress after ${MAX_FAULTS} faults on one access`);
  }

  cause(name: string): number {
    return this.window.cause(name);
  }

  /** The kernel charges an operation's parts when its kind is known: the steps that did the work get their names. */
  charge(cause: number, cycles: number): void {
    this.window.charge(cause, cycles);
    const part = this.ledger.names()[cause]!.split('.').at(-1) as Part;
    for (const charge of this.#unnamed.get(part) ?? []) charge.cause = cause;
    this.#unnamed.delete(part);
  }

  invalidatePage(space: number, vpn: Vpn): void {
    this.invalidateRange(space, vpn, 1);
  }

  invalidateRange(space: number, vpn: Vpn, pages: number): void {
    if (pages === 1) this.#spaces.invalidatePage(space, vpn);
    else this.#spaces.invalidateRange(space, vpn, pages);
    this.#flushed('pages', space, vpn, pages);
  }

  invalidateAsid(space: number): void {
    this.#spaces.invalidateAsid(space);
    this.#flushed('space', space, 0, 0);
  }

  invalidateAll(): void {
    this.#spaces.invalidateAll();
    this.#flushed('all', 0, 0, 0);
  }

  #flushed(scope: 'pages' | 'space' | 'all', space: number, vpn: Vpn, pages: number): void {
    if (this.#workSteps < MAX_WORK_STEPS) this.tape.step({ kind: 'flush', scope, space, vpn, pages });
    this.#sampleTranslations();
  }

  #sampleTranslations(): void {
    for (const tlb of this.hardware.tlbs.all.keys()) this.sampler.tlb(tlb);
    this.sampler.pscs();
  }

  #sampleByte(): void {
    if (this.#lastFrame !== NOBODY) this.sampler.byte(this.#lastFrame);
    this.#lastFrame = NOBODY;
  }

  #pend(): void {
    const { mmu } = this.hardware;
    if (mmu.latency.count === 0) return;
    const arrival = this.window.arrive();
    this.window.pend(arrival, mmu.latency, mmu.queueCause, mmu.queueWait(arrival));
  }

  /** The process's address space becomes the current one, if it is not. */
  #switchTo(pid: number): void {
    const { mm } = this.kernel.process(pid);
    if (pid === this.#pid && mm.asid === this.#space && mm.root === this.#root) return;
    const isFirst = this.#pid === NOBODY;
    const isOther = mm.asid !== this.#space || mm.root !== this.#root;
    this.#pid = pid;
    if (!isOther) return;
    const { flushes } = this.#spaces;
    this.#asid = this.#spaces.switchTo(mm.asid, mm.root);
    this.#space = mm.asid;
    this.#root = mm.root;
    const flushed = this.#spaces.flushes > flushes;
    if (!isFirst || flushed) this.tape.step({ kind: 'switch', space: mm.id, root: mm.root, flushed });
    this.tape.write(cellOf(HOLDER, this.#asid), mm.id + 1);
    if (flushed) this.#sampleTranslations();
  }

  #fault(pid: number, fault: Fault): FaultOutcome {
    const { kernel, tape } = this;
    tape.step({ kind: 'fault', fault });
    const path = explainFault(kernel.state, kernel.process(pid), fault);
    this.#untold = path.lines;
    const outcome = this.onFault(pid, fault);
    this.#tellDecisions();
    tape.step({ kind: 'resolved', outcome, fault: kernel.lastFault, leadsTo: path.leadsTo });
    this.#sample();
    return outcome;
  }

  /** What kernel work since the last time has changed. Without any there is nothing to look for. */
  #sample(): void {
    if (this.#worked) this.sampler.everything();
    this.#worked = false;
  }

  #tellDecisions(): void {
    for (const line of this.#untold) this.tape.step({ kind: 'decide', line });
    this.#untold = [];
  }

  #work(part: Part, count: number): void {
    const { tape } = this;
    this.#worked = true;
    const charge: Charge = { cause: NOBODY, cycles: count * this.#costs[part] };
    if (this.#workSteps < MAX_WORK_STEPS) {
      tape.step({ kind: 'work', part, count }, [charge]);
      const changes = CHANGES[part];
      if (changes === 'contents') this.sampler.contents();
      if (changes === undefined || changes === 'frames') this.sampler.frames();
      if (changes === undefined || changes === 'tables') this.sampler.memory();
    } else {
      if (this.#workSteps === MAX_WORK_STEPS) tape.step({ kind: 'more' });
      tape.addCharge(charge);
    }
    this.#workSteps++;
    const unnamed = this.#unnamed.get(part);
    if (unnamed) unnamed.push(charge);
    else this.#unnamed.set(part, [charge]);
    if (part === 'vmaLookup') this.#tellDecisions();
  }
}
