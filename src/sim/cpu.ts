import { type AccessType, FETCH, LOAD, STORE, USER } from '../core/access.ts';
import { REGION_PAGES } from '../core/addr.ts';
import type { FaultHandler } from '../core/kernel-port.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { PACKED_ASID_SHIFT } from '../tlb/key.ts';
import type { Tlb } from '../tlb/tlb.ts';
import type { Chunk } from '../trace/chunk.ts';
import { OFFSET_MASK } from '../trace/chunk.ts';
import type { Accelerator } from './accelerator/accelerator.ts';
import type { DataSide } from './data-side.ts';
import type { IssueWindow } from './window.ts';

const NOTHING = -1;
const PACKED_ASID_LIMIT = 31;
const PACKED_REGION_LIMIT = 64;
/** A fault that the kernel answers with "retry" more often than this is a kernel that makes no progress. */
const MAX_RETRIES = 16;

/**
 * One core: takes stretches of records of one process and runs them through the MMU. The loop body is what a hit
 * costs the host; everything else is behind one call.
 *
 * The same-page filter: a record whose page and type equal the last one that hit in the same first-level TLB is a
 * hit on the most recently used entry of its set. No replacement policy changes state on that (SRRIP does on the
 * first use after a fill, see `fillCountsAsUse`), so it is counted and skipped. What is remembered is void as soon
 * as `tlbs.generation` moves: an invalidation, a back-invalidation, a change of controls.
 */
export class Cpu {
  private readonly mmu: Mmu;
  private readonly window: IssueWindow;
  private readonly onFault: FaultHandler;
  private readonly data: DataSide | null;
  private readonly accelerator: Accelerator | null;
  /** Records dropped because their process got a signal. */
  signals = 0;
  private asid = 0;
  private root = 0;

  /** @param accelerator that runs what it can of packed records; null = TypeScript runs everything */
  constructor(
    mmu: Mmu,
    window: IssueWindow,
    onFault: FaultHandler,
    data: DataSide | null,
    accelerator: Accelerator | null = null,
  ) {
    this.mmu = mmu;
    this.window = window;
    this.onFault = onFault;
    this.data = data;
    this.accelerator = accelerator;
  }

  /** The address space of the records to come: its TLB tag and root table (MOV to CR3, write of satp). */
  switchTo(asid: number, root: number): void {
    this.asid = asid;
    this.root = root;
    this.mmu.switchTo(asid, root);
  }

  /** Runs records from..to-1 of a chunk. */
  run(chunk: Chunk, from: number, to: number): void {
    const packed =
      chunk.keys instanceof Int32Array &&
      !this.mmu.tlbs.wide &&
      !this.mmu.tlbs.slowHits &&
      this.asid < PACKED_ASID_LIMIT &&
      chunk.regions.count <= PACKED_REGION_LIMIT;
    if (!packed) {
      this.runOneByOne(chunk, from, to);
      return;
    }
    const keys = chunk.keys as Int32Array;
    const at = this.accelerator === null ? from : this.runAccelerated(keys, chunk.offsets, from, to);
    if (this.data === null) this.runPacked(keys, chunk.offsets, at, to);
    else this.runWithData(keys, chunk.offsets, at, to, this.data);
  }

  /**
   * The WebAssembly core runs all it can, and each record that it leaves is run here. Returns the first record not
   * run: `to`, or where something came up that the core does not know.
   */
  private runAccelerated(keys: Int32Array, offsets: Uint16Array, from: number, to: number): number {
    const accelerator = this.accelerator!;
    const { window } = this;
    const issuedBefore = window.issued - from;
    let at = from;
    accelerator.begin(keys, offsets);
    while (at < to && accelerator.ready) {
      at = accelerator.run(at, to, this.asid, this.root);
      window.issued = issuedBefore + at;
      if (at === to) break;
      this.runOne(keys[at]!, offsets[at]! & OFFSET_MASK);
      window.issued = issuedBefore + ++at;
    }
    accelerator.end();
    return at;
  }

  private runOne(record: number, offset: number): void {
    const { tlbs } = this.mmu;
    const type = record & 3;
    const low = (record >>> 2) & (REGION_PAGES - 1);
    tlbs.first(type).lookups++;
    this.translate((record >>> 2) | (this.asid << PACKED_ASID_SHIFT), record >>> 22, low, offset, type, 0);
  }

  private runPacked(keys: Int32Array, offsets: Uint16Array, from: number, to: number): void {
    const mmu = this.mmu;
    const tlbs = mmu.tlbs;
    const { itlb, dtlb, storeTlb } = tlbs;
    const window = this.window;
    const issuedBefore = window.issued - from;
    const asidBits = this.asid << PACKED_ASID_SHIFT;
    const splitStores = storeTlb !== dtlb;
    const filterFills = mmu.fillCountsAsUse;
    let generation = tlbs.generation;
    let lastFetch = NOTHING;
    let lastLoad = NOTHING;
    let lastStore = NOTHING;
    let fetches = 0;
    let loads = 0;
    let stores = 0;
    for (let i = from; i < to; i++) {
      const record = keys[i]!;
      if (record === lastFetch) {
        fetches++;
        continue;
      }
      if (record === lastLoad) {
        loads++;
        continue;
      }
      if (record === lastStore) {
        stores++;
        continue;
      }
      const type = record & 3;
      const key = (record >>> 2) | asidBits;
      const tlb = type === FETCH ? itlb : type === LOAD ? dtlb : storeTlb;
      const slot = tlb.lookup(key);
      let allowed = slot < 0 ? 0 : tlb.allowed[slot]!;
      let remember = true;
      if (((allowed >> type) & 1) === 0) {
        window.issued = issuedBefore + i;
        allowed = this.access(tlb, slot, key, record, offsets[i]! & OFFSET_MASK, type);
        remember = filterFills && mmu.cached;
        if (tlbs.generation !== generation) {
          generation = tlbs.generation;
          lastFetch = lastLoad = lastStore = NOTHING;
        }
      }
      if (type === FETCH) {
        fetches++;
        lastFetch = remember && allowed & 1 ? record : NOTHING;
      } else if (splitStores) {
        if (type === LOAD) {
          loads++;
          lastLoad = remember && allowed & 2 ? record : NOTHING;
        } else {
          stores++;
          lastStore = remember && allowed & 4 ? record : NOTHING;
        }
      } else {
        if (type === LOAD) loads++;
        else stores++;
        const page = record & ~3;
        lastLoad = remember && allowed & 2 ? page | LOAD : NOTHING;
        lastStore = remember && allowed & 4 ? page | STORE : NOTHING;
      }
    }
    itlb.lookups += fetches;
    dtlb.lookups += loads;
    storeTlb.lookups += stores;
    window.issued = issuedBefore + to;
  }

  /** As {@link runPacked}, and every load and store also goes through the data caches; filtered per line. */
  private runWithData(
    keys: Int32Array,
    offsets: Uint16Array,
    from: number,
    to: number,
    data: DataSide,
  ): void {
    const mmu = this.mmu;
    const tlbs = mmu.tlbs;
    const { itlb, dtlb, storeTlb } = tlbs;
    const window = this.window;
    const issuedBefore = window.issued - from;
    const asidBits = this.asid << PACKED_ASID_SHIFT;
    let lastFetch = NOTHING;
    let generation = tlbs.generation;
    let fetches = 0;
    let loads = 0;
    let stores = 0;
    for (let i = from; i < to; i++) {
      const record = keys[i]!;
      if (record === lastFetch) {
        fetches++;
        continue;
      }
      const type = record & 3;
      const key = (record >>> 2) | asidBits;
      const tlb = type === FETCH ? itlb : type === LOAD ? dtlb : storeTlb;
      let slot = tlb.lookup(key);
      let allowed = slot < 0 ? 0 : tlb.allowed[slot]!;
      const offset = offsets[i]! & OFFSET_MASK;
      let frame = slot < 0 ? 0 : tlb.frameOf(slot, (record >>> 2) & (REGION_PAGES - 1));
      if (((allowed >> type) & 1) === 0) {
        window.issued = issuedBefore + i;
        allowed = this.access(tlb, slot, key, record, offset, type);
        frame = mmu.frame;
        slot = -1;
        if (tlbs.generation !== generation) {
          generation = tlbs.generation;
          lastFetch = NOTHING;
        }
      } else if (type !== FETCH) {
        const extra = data.access(frame, offset);
        if (extra > 0) {
          window.issued = issuedBefore + i;
          data.pend(window, extra);
        }
      }
      if (type === FETCH) {
        fetches++;
        lastFetch = (slot >= 0 || (mmu.fillCountsAsUse && mmu.cached)) && allowed & 1 ? record : NOTHING;
      } else if (type === LOAD) loads++;
      else stores++;
    }
    itlb.lookups += fetches;
    dtlb.lookups += loads;
    storeTlb.lookups += stores;
    window.issued = issuedBefore + to;
  }

  /** Any chunk, any number of regions and ASIDs: no filter, no packed keys. Slower and just as exact. */
  private runOneByOne(chunk: Chunk, from: number, to: number): void {
    const { tlbs } = this.mmu;
    for (let i = from; i < to; i++) {
      const record = chunk.keys[i]!;
      const type = record & 3;
      const page = chunk.keys instanceof Int32Array ? record >>> 2 : Math.floor(record / 4);
      const low = page % REGION_PAGES;
      const region = Math.floor(page / REGION_PAGES);
      const key = tlbs.keyOf(this.asid, region, low);
      tlbs.first(type).lookups++;
      this.translate(key, region, low, chunk.offsets[i]! & OFFSET_MASK, type, 0);
      this.window.issued++;
    }
  }

  /** An access that its first-level TLB did not answer: `slot` is -1, or that of an entry that refuses it. */
  private access(tlb: Tlb, slot: number, key: number, record: number, offset: number, type: number): number {
    const mmu = this.mmu;
    const region = record >>> 22;
    const low = (record >>> 2) & (REGION_PAGES - 1);
    if (slot >= 0 || mmu.tlbs.hasGlobals) return this.translate(key, region, low, offset, type, 0);
    mmu.latency.clear();
    if (mmu.translateMissed(tlb, key, region, low, offset, type as AccessType, USER, false)) {
      return this.done(offset, type);
    }
    return this.fault() ? this.translate(key, region, low, offset, type, 1) : 0;
  }

  /** One access with all that can happen to it; what its TLB entry allows in the end, 0 when it was dropped. */
  private translate(
    key: number,
    region: number,
    low: number,
    offset: number,
    type: number,
    firstAttempt: number,
  ): number {
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
