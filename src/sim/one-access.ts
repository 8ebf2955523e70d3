import { type AccessType, FETCH, USER } from '../core/access.ts';
import { REGION_PAGES } from '../core/addr.ts';
import type { FaultHandler } from '../core/kernel-port.ts';
import type { Mmu } from '../mmu/mmu.ts';
import type { Tlb } from '../tlb/tlb.ts';
import type { DataSide } from './data-side.ts';
import type { IssueWindow } from './window.ts';

/** A fault that the kernel answers with "retry" more often than this is a kernel that makes no progress. */
const MAX_RETRIES = 16;

/** One access with all that can happen to it: walks, faults and their retries, data, what it costs. */
export class OneAccess {
  private readonly mmu: Mmu;
  private readonly window: IssueWindow;
  private readonly onFault: FaultHandler;
  private readonly data: DataSide | null;
  /** Records dropped because their process got a signal. */
  signals = 0;

  constructor(mmu: Mmu, window: IssueWindow, onFault: FaultHandler, data: DataSide | null) {
    this.mmu = mmu;
    this.window = window;
    this.onFault = onFault;
    this.data = data;
  }

  /**
   * An access to a page named by `key`, `region` and `low` (tlb/key.ts); what its TLB entry allows in the end, 0 when
   * it was dropped.
   * @param firstAttempt 1 when its first attempt has been made, and the kernel's answer was "retry"
   */
  run(key: number, region: number, low: number, offset: number, type: number, firstAttempt: number): number {
    const mmu = this.mmu;
    for (let attempt = firstAttempt; attempt < MAX_RETRIES; attempt++) {
      mmu.latency.clear();
      if (mmu.translate(key, region, low, offset, type as AccessType, USER, attempt > 0)) {
        return this.done(offset, type);
      }
      if (!this.fault()) return 0;
    }
    throw new Error(`no progress after ${MAX_RETRIES} faults on one access: ${JSON.stringify(mmu.fault)}`);
  }

  /** As {@link run}, where the first-level TLB has been looked at: `slot` is -1, or that of an entry that refuses. */
  runMissed(tlb: Tlb, slot: number, key: number, record: number, offset: number, type: number): number {
    const mmu = this.mmu;
    const region = record >>> 22;
    const low = (record >>> 2) & (REGION_PAGES - 1);
    if (slot >= 0 || mmu.tlbs.hasGlobals) return this.run(key, region, low, offset, type, 0);
    mmu.latency.clear();
    if (mmu.translateMissed(tlb, key, region, low, offset, type as AccessType, USER, false)) {
      return this.done(offset, type);
    }
    return this.fault() ? this.run(key, region, low, offset, type, 1) : 0;
  }

  /**
   * The fault of a record whose walk was made, and paid for, by the WebAssembly core: no entry is present at `level`.
   * True when the kernel says that the access shall be tried again.
   */
  absent(record: number, offset: number, level: number): boolean {
    const low = (record >>> 2) & (REGION_PAGES - 1);
    this.mmu.refuseAbsent(record >>> 22, low, offset, (record & 3) as AccessType, level);
    return this.ask();
  }

  /** The translation is there: the access goes to memory. */
  private done(offset: number, type: number): number {
    const mmu = this.mmu;
    if (this.data !== null && type !== FETCH) this.data.append(mmu.latency, mmu.frame, offset);
    this.pend();
    return mmu.allowed;
  }

  /** The translation failed: true when the kernel says that the access shall be tried again. */
  private fault(): boolean {
    this.pend();
    return this.ask();
  }

  private ask(): boolean {
    this.window.drain(this.window.issued + 1);
    if (this.onFault(this.mmu.fault!).kind === 'retry') return true;
    this.signals++;
    return false;
  }

  private pend(): void {
    const { latency } = this.mmu;
    if (latency.count === 0) return;
    if (this.window.blocking) {
      this.window.expose(latency);
      return;
    }
    const arrival = this.window.arrive();
    this.window.pend(arrival, latency, this.mmu.queueCause, this.mmu.queueWait(arrival));
  }
}
