import { type AccessType, type Privilege, STORE, USER } from '../core/access.ts';
import { type Asid, type Cycle, type Pfn, REGION_PAGES } from '../core/addr.ts';
import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import { ATTR_DIRTY, sizeShiftOf } from '../core/attributes.ts';
import type { Fault } from '../core/fault.ts';
import type { TlbMaintenance } from '../core/kernel-port.ts';
import { Latency } from '../core/latency.ts';
import type { Ledger } from '../core/ledger.ts';
import type { TlbHierarchy } from '../tlb/hierarchy.ts';
import type { Tlb } from '../tlb/tlb.ts';
import type { PagingStructureCaches } from './psc.ts';
import type { Refusal } from './rules/refusal.ts';
import type { Walk } from './walk.ts';
import { TIMED, type Walker } from './walker.ts';
import type { WalkerPool } from './walker-pool.ts';

/** Machine rules of translation that are neither the walker's nor the TLBs' (sim/machine: the keys' meaning). */
export interface MmuConfig {
  permissionMiss: 'rewalk' | 'fault';
  dirty: { action: 'assist' | 'rewalk' | 'fault'; cycles: Cycle };
  /** Names of the data caches, nearest first; the ledger's words for who answered a PTE read. */
  cacheNames: readonly string[];
  levels: number;
  /** Cycles to set A or D in one PTE: the walker's own figure, told apart in the ledger. */
  adUpdate: Cycle;
}

/** The units that a translation passes through. */
export interface MmuParts {
  tlbs: TlbHierarchy;
  walker: Walker;
  pool: WalkerPool;
  psc: PagingStructureCaches | null;
}

/** How often something happened; read when a run ends. */
export interface WalkCounters {
  count: number;
  faulted: number;
  reads: number;
  cycles: Cycle;
  queued: Cycle;
  assists: number;
  adWrites: number;
}

/**
 * Translation: TLBs, then the walker, then perhaps a fault. `translate` is everything that the fast path of the CPU
 * (a first-level hit whose entry allows the access) is not. The answer is in the fields, reused by the next call.
 */
export class Mmu implements TlbMaintenance {
  readonly tlbs: TlbHierarchy;
  readonly walker: Walker;
  /** After a translation: the frame of the 4 KiB page, what it is and allows (bit privilege * 3 + access). */
  frame: Pfn = 0;
  attributes = 0;
  allowed = 0;
  /** Whether a first-level TLB holds the translation now, so that the next access to the page hits. */
  cached = false;
  /** After a refusal. */
  fault: Fault | null = null;
  /** What the access cost beyond the pipeline. The caller clears it. */
  readonly latency = new Latency();
  readonly queueCause: number;
  readonly counters: WalkCounters = {
    count: 0,
    faulted: 0,
    reads: 0,
    cycles: 0,
    queued: 0,
    assists: 0,
    adWrites: 0,
  };
  /** Walks by the size shift they ended with, and PTE reads by [level][cache]. */
  readonly walksBySize = new Float64Array(64);
  readonly readsBy: Float64Array;
  readonly caches: number;

  readonly config: MmuConfig;
  readonly pool: WalkerPool;
  readonly psc: PagingStructureCaches | null;
  private asid: Asid = 0;
  private root: Pfn = 0;
  readonly stlbHit: number;
  readonly stlbMiss: number;
  readonly pscCause: number;
  readonly adCause: number;
  readonly assistCause: number;
  readonly firstCause: number;
  /** Ledger causes of PTE reads by level * caches + who answered. */
  readonly readCauses: Uint16Array;

  constructor(parts: MmuParts, config: MmuConfig, ledger: Ledger, arena: Arena = HOST_MEMORY) {
    this.tlbs = parts.tlbs;
    this.walker = parts.walker;
    this.pool = parts.pool;
    this.psc = parts.psc;
    this.config = config;
    this.firstCause = ledger.cause('tlb.first-level');
    this.stlbHit = ledger.cause('tlb.stlb-hit');
    this.stlbMiss = ledger.cause('tlb.stlb-miss');
    this.queueCause = ledger.cause('walk.queue');
    this.pscCause = ledger.cause('walk.psc');
    this.caches = config.cacheNames.length;
    this.readCauses = arena.uint16((config.levels + 1) * this.caches);
    this.readsBy = arena.float64(this.readCauses.length);
    for (let level = config.levels; level >= 1; level--) {
      for (const [cache, name] of config.cacheNames.entries()) {
        this.readCauses[level * this.caches + cache] = ledger.cause(`walk.L${level}.${name}`);
      }
    }
    this.adCause = ledger.cause('walk.ad-update');
    this.assistCause = ledger.cause('dirty.assist');
  }

  /** The address space to come: MOV to CR3, write of satp. Flushes nothing by itself. */
  switchTo(asid: Asid, root: Pfn): void {
    this.asid = asid;
    this.root = root;
  }

  /**
   * Translates one access of the current address space. `key`, `region` and `low` name the page (tlb/key.ts); `retry`
   * says that this record was counted before. True: {@link frame}, {@link attributes}, {@link allowed} hold the
   * translation, now cached. False: {@link fault} says why not. First-level lookups are counted by the caller, who
   * sees most of them.
   */
  translate(
    key: number,
    region: number,
    low: number,
    offset: number,
    access: AccessType,
    privilege: Privilege,
    retry = false,
  ): boolean {
    const first = this.tlbs.first(access);
    const slot = this.tlbs.lookup(first, key, region, low);
    if (slot < 0) return this.translateMissed(first, key, region, low, offset, access, privilege, retry);
    this.latency.add(this.firstCause, first.latency);
    this.cached = true;
    if ((this.take(first, slot, low) >> (privilege * 3 + access)) & 1) return true;
    return this.refusedByEntry(key, region, low, offset, access, privilege);
  }

  /** As {@link translate}, for who has looked in the first level already: the page is not there. */
  translateMissed(
    first: Tlb,
    key: number,
    region: number,
    low: number,
    offset: number,
    access: AccessType,
    privilege: Privilege,
    retry: boolean,
  ): boolean {
    const { tlbs, latency } = this;
    const counted = retry ? 0 : 1;
    first.misses += counted;
    const stlb = tlbs.stlb;
    if (stlb !== null) {
      stlb.lookups += counted;
      const second = tlbs.lookup(stlb, key, region, low);
      if (second >= 0) {
        latency.add(this.stlbHit, stlb.latency);
        const allowed = this.take(stlb, second, low);
        this.cached = tlbs.fill(first, key, region, low, this.frame, this.attributes, allowed, true) >= 0;
        if ((allowed >> (privilege * 3 + access)) & 1) return true;
        return this.refusedByEntry(key, region, low, offset, access, privilege);
      }
      stlb.misses += counted;
      latency.add(this.stlbMiss, stlb.latency);
    }
    return this.walk(key, region, low, offset, access, privilege, true);
  }

  /** {@link fault} of an access by a user whose walk was made elsewhere: nothing is present at `level`. */
  refuseAbsent(region: number, low: number, offset: number, access: AccessType, level: number): void {
    this.fault = this.walker.absent(this.vpn(region, low), offset, access, USER, level);
  }

  /** Cycles for which the walk in {@link latency} waits for a walker, given its arrival; 0 when it has none. */
  queueWait(arrival: Cycle): Cycle {
    const { walkCycles, beforeWalk } = this.latency;
    if (walkCycles === 0) return 0;
    const ready = arrival + beforeWalk;
    const wait = this.pool.start(ready, walkCycles) - ready;
    this.counters.queued += wait;
    return wait;
  }

  /** Whether a second use of a page right after its fill changes no TLB's state (the same-page filter asks). */
  get fillCountsAsUse(): boolean {
    return this.tlbs.all.every((tlb) => tlb.fillCountsAsUse);
  }

  invalidatePage(asid: Asid, vpn: number): void {
    this.tlbs.invalidatePage(asid, vpn);
    this.psc?.invalidatePage(asid, vpn);
  }

  invalidateRange(asid: Asid, vpn: number, pages: number): void {
    this.tlbs.invalidateRange(asid, vpn, pages);
    this.psc?.invalidateRange(asid, vpn, pages);
  }

  invalidateAsid(asid: Asid): void {
    this.tlbs.invalidateAsid(asid);
    this.psc?.invalidateAsid(asid);
  }

  invalidateAll(): void {
    this.tlbs.invalidateAll();
    this.psc?.invalidateAll();
  }

  /** All counts to zero, contents as they are, and a new time zero: the end of a warm-up. */
  resetCounters(): void {
    Object.assign(this.counters, {
      count: 0,
      faulted: 0,
      reads: 0,
      cycles: 0,
      queued: 0,
      assists: 0,
      adWrites: 0,
    });
    this.walksBySize.fill(0);
    this.readsBy.fill(0);
    for (const tlb of this.tlbs.all) tlb.resetCounters();
    for (const level of this.psc?.levels ?? []) level.hits = level.misses = 0;
    this.pool.restart();
  }

  /** Copies a TLB entry into the answer; what it allows. */
  private take(tlb: Tlb, slot: number, low: number): number {
    this.frame = tlb.frameOf(slot, low);
    this.attributes = tlb.attributes[slot]!;
    this.allowed = tlb.allowed[slot]!;
    return this.allowed;
  }

  /**
   * A TLB entry is there and its mask does not have the access: a store to a clean page, or rights that do not fit.
   * Both may end in a walk, whose result replaces the entry.
   */
  private refusedByEntry(
    key: number,
    region: number,
    low: number,
    offset: number,
    access: AccessType,
    privilege: Privilege,
  ): boolean {
    const { walker } = this;
    const refusal = walker.rules.check(this.attributes, access, privilege);
    const clean = refusal === null && access === STORE && (this.attributes & ATTR_DIRTY) === 0;
    const { dirty, permissionMiss } = this.config;
    if (clean) {
      this.counters.assists++;
      if (dirty.action !== 'fault') {
        if (!this.walk(key, region, low, offset, access, privilege, false)) return false;
        this.latency.add(this.assistCause, dirty.cycles);
        return true;
      }
    } else if (permissionMiss === 'fault' && refusal !== null) {
      this.fault = this.faultFor(refusal, this.vpn(region, low), offset, access, privilege);
      return false;
    }
    this.tlbs.invalidatePage(this.asid, this.vpn(region, low));
    return this.walk(key, region, low, offset, access, privilege, true);
  }

  /** @param absent no TLB that will be filled has an entry of the page */
  private walk(
    key: number,
    region: number,
    low: number,
    offset: number,
    access: AccessType,
    privilege: Privilege,
    absent: boolean,
  ): boolean {
    const { walker, counters } = this;
    walker.root = this.root;
    walker.asid = this.asid;
    const walk = walker.walk(this.vpn(region, low), offset, access, privilege, TIMED);
    counters.count++;
    counters.reads += walk.reads;
    counters.cycles += walk.cycles;
    counters.adWrites += walk.updates;
    this.account(walk);
    if (walk.fault !== null) {
      counters.faulted++;
      this.fault = walk.fault;
      return false;
    }
    this.frame = walk.pfn;
    this.attributes = walk.attributes;
    this.allowed = walker.rules.allowedMask(walk.attributes);
    this.walksBySize[sizeShiftOf(walk.attributes)]!++;
    const { tlbs } = this;
    const { frame, attributes, allowed } = this;
    if (tlbs.stlb !== null) tlbs.fill(tlbs.stlb, key, region, low, frame, attributes, allowed, absent);
    const first = tlbs.first(access);
    this.cached = tlbs.fill(first, key, region, low, frame, attributes, allowed, absent) >= 0;
    return true;
  }

  /** The walk's cycles as parts of the latency: PSC, then each read with the A/D update that followed it. */
  private account(walk: Walk): void {
    const { latency } = this;
    latency.beginWalk();
    latency.add(this.pscCause, walk.pscCycles);
    for (let i = 0; i < walk.reads; i++) {
      const by = walk.readLevel[i]! * this.caches + walk.readFrom[i]!;
      latency.add(this.readCauses[by]!, walk.readCycles[i]!);
      this.readsBy[by]!++;
      if (walk.readUpdated[i] === 1) latency.add(this.adCause, this.config.adUpdate);
    }
    latency.endWalk();
  }

  /** A fault raised by a TLB entry: no table was read. */
  private faultFor(
    refusal: Refusal,
    vpn: number,
    offset: number,
    access: AccessType,
    privilege: Privilege,
  ): Fault {
    const { reason, step } = refusal;
    const { vector, code } = this.walker.rules.exception(refusal, this.attributes, access, privilege);
    return { vector, code, reason, level: 0, vpn, offset, access, privilege, step };
  }

  private vpn(region: number, low: number): number {
    return this.tlbs.regions.highOf(region) * REGION_PAGES + low;
  }
}
