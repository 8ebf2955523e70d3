import type { Ledger } from '../../core/ledger.ts';
import type { CacheHierarchy } from '../../memory/hierarchy.ts';
import { PACKED_ASID_SHIFT, PACKED_KEY_REGIONS } from '../../tlb/key.ts';
import type { Tlb } from '../../tlb/tlb.ts';
import type { Hardware } from '../hardware.ts';
import type { Machine } from '../machine/machine.ts';
import type { IssueWindow } from '../window.ts';
import * as L from './layout.ts';
import type { SharedMemory } from './memory.ts';
import { instantiate, type RunCore } from './module.ts';
import { allowedTable, pteRules } from './pte-rules.ts';
import { firstRecord, hierarchyRecord, pscRecords, setWords, takeTally, tlbRecord } from './records.ts';

const MAX_CAUSES = 1024;
/** Records brought into the shared memory at a time: few enough to stay in the host's nearest cache. */
const PIECE_RECORDS = 4096;

/**
 * The WebAssembly core: the loop of cpu.ts over the very arrays of TLBs, paging-structure caches, data caches, page
 * tables and clock that the TypeScript classes use. It runs records as long as nothing out of the ordinary happens,
 * and leaves the first other one untouched for TypeScript: both give the same numbers, whoever runs what (a test
 * holds them to the same slow model). Counters are taken over after each call.
 */
export class Accelerator {
  private readonly shared: SharedMemory;
  private readonly hardware: Hardware;
  private readonly window: IssueWindow;
  private readonly ledger: Ledger;
  private readonly runCore: RunCore;
  private readonly core: Int32Array;
  private readonly doubles: Float64Array;
  private readonly keys: Int32Array;
  private readonly offsets: Uint16Array;
  private readonly highs: Int32Array;
  private readonly slabs: Int32Array;
  private readonly charges: Float64Array;
  private readonly clock: Float64Array;
  private readonly tlbs: readonly { tlb: Tlb; record: ReturnType<typeof tlbRecord> }[];
  /** By type of access. */
  private readonly firsts: readonly { tlb: Tlb; words: Int32Array }[];
  private readonly pscs: readonly Int32Array[];
  private readonly hierarchies: readonly {
    hierarchy: CacheHierarchy;
    record: ReturnType<typeof hierarchyRecord>;
  }[];
  /** Every cause that a pending record can have parts of. */
  private readonly causes: readonly number[];
  private readonly rules: unknown;
  private chunkKeys: Int32Array = new Int32Array(0);
  private chunkOffsets: Uint16Array = new Uint16Array(0);
  /** The records of the chunk that are in `keys` and `offsets`. */
  private loadedFrom = 0;
  private loadedTo = 0;
  private regionsKnown = 0;
  private slabsKnown = 0;
  private directoryKnown: Int32Array | null = null;

  /** @param hardware whose arrays are in `shared`, of an eligible machine (eligible.ts) */
  constructor(
    machine: Machine,
    hardware: Hardware,
    window: IssueWindow,
    ledger: Ledger,
    shared: SharedMemory,
  ) {
    this.shared = shared;
    this.hardware = hardware;
    this.window = window;
    this.ledger = ledger;
    this.runCore = instantiate(shared);
    this.core = shared.record(L.CORE, L.CORE_BYTES);
    this.doubles = new Float64Array(this.core.buffer, L.CORE, L.CORE_BYTES / 8);
    this.keys = shared.int32(PIECE_RECORDS);
    this.offsets = shared.uint16(PIECE_RECORDS);
    this.highs = shared.int32(PACKED_KEY_REGIONS);
    this.slabs = shared.int32(L.MAX_SLABS);
    this.charges = shared.float64(MAX_CAUSES);
    this.clock = shared.float64(4);
    this.tlbs = hardware.tlbs.all.map((tlb) => ({ tlb, record: tlbRecord(shared, tlb) }));
    const { itlb, dtlb, storeTlb } = hardware.tlbs;
    this.firsts = [itlb, dtlb, storeTlb].map((tlb, type) => ({ tlb, words: firstRecord(shared, tlb, type) }));
    this.pscs = pscRecords(shared, hardware.psc?.levels ?? []);
    const { caches, dataCaches } = hardware;
    this.hierarchies = [...new Set([caches, dataCaches])].map((hierarchy) => ({
      hierarchy,
      record: hierarchyRecord(shared, hierarchy),
    }));
    const { mmu, data } = hardware;
    const { firstCause, stlbHit, stlbMiss, queueCause, pscCause, readCauses, adCause, assistCause } = mmu;
    const single = [firstCause, stlbHit, stlbMiss, queueCause, pscCause, adCause, assistCause];
    this.causes = [...new Set([...single, ...readCauses, ...(data?.causes ?? [])])];
    this.rules = mmu.walker.rules;
    this.describe(machine);
  }

  /** False when something came up that the core does not know: global pages, other rules. */
  get ready(): boolean {
    const { tlbs, mmu } = this.hardware;
    return !tlbs.hasGlobals && mmu.walker.rules === this.rules;
  }

  /** Takes the columns of the chunk whose records will be run. */
  begin(keys: Int32Array, offsets: Uint16Array): void {
    this.chunkKeys = keys;
    this.chunkOffsets = offsets;
    this.loadedFrom = this.loadedTo = 0;
  }

  /**
   * Runs records from..to-1 of the chunk; the first that is not run, or `to`. `window.issued` is that of record `from`
   * before, and is left to the caller after. What was counted waits for {@link settle}.
   */
  run(from: number, to: number, asid: number, root: number): number {
    this.catchUp(asid, root);
    this.window.lend(this.clock);
    let at = from;
    for (let forget = true; at < to; forget = false) {
      if (at >= this.loadedTo) this.load(at, Math.min(at + PIECE_RECORDS, to));
      const { loadedFrom, loadedTo } = this;
      const done = this.runCore(
        this.keys.byteOffset,
        this.offsets.byteOffset,
        at - loadedFrom,
        loadedTo - loadedFrom,
        forget,
      );
      this.clock[0]! += loadedFrom + done - at;
      at = loadedFrom + done;
      if (at < loadedTo) break;
    }
    this.window.takeBack(this.clock);
    this.settleTables();
    return at;
  }

  /** Brings in the records from..to-1 of the chunk. */
  private load(from: number, to: number): void {
    this.keys.set(this.chunkKeys.subarray(from, to));
    if (this.hardware.data !== null) this.offsets.set(this.chunkOffsets.subarray(from, to));
    this.loadedFrom = from;
    this.loadedTo = to;
  }

  /** Tells the core what has changed since its last run. */
  private catchUp(asid: number, root: number): void {
    const { core } = this;
    const { memory, tlbs } = this.hardware;
    if (memory.slabs.length > this.slabsKnown) this.learnSlabs();
    if (tlbs.regions.count > this.regionsKnown) this.learnRegions();
    if (memory.direct !== this.directoryKnown) this.learnDirectory();
    core[L.CORE_ASID_BITS / 4] = asid << PACKED_ASID_SHIFT;
    core[L.CORE_ASID / 4] = asid;
    core[L.CORE_ROOT / 4] = root;
    for (const { tlb, record } of this.tlbs) record.words[L.TLB_LARGE / 4] = tlb.large;
    for (let type = 0; type < this.firsts.length; type++) {
      const { tlb, words } = this.firsts[type]!;
      const { sets, order } = tlb.small.table;
      words[L.FIRST_SIMPLE / 4] = tlb.large === 0 && order !== null ? 1 : 0;
      // Large entries have sets of their own: then only the last page of all is remembered.
      const places = tlb.large > 0 ? 1 : Math.min(L.FILTER_SETS, sets);
      core[L.CORE_FILTER_MASKS / 4 + type] = (places - 1) * 4 + 3;
    }
  }

  /** Takes over which slots of TLBs are in use: whoever drops entries asks. */
  private settleTables(): void {
    for (const { record } of this.tlbs) {
      for (const { array, words } of record.tables) array.table.live += takeTally(words, L.TABLE_FILLED);
    }
  }

  /** Takes over what the core has counted since the last time. */
  settle(): void {
    let misses = 0;
    for (const { tlb, record } of this.tlbs) {
      tlb.lookups += takeTally(record.words, L.TLB_LOOKUPS);
      const missed = takeTally(record.words, L.TLB_MISSES);
      if (missed === 0) continue;
      misses += missed;
      tlb.misses += missed;
      tlb.evictions += takeTally(record.words, L.TLB_EVICTIONS);
    }
    if (misses === 0 && this.core[L.CORE_ASSISTS / 4] === 0 && this.hardware.data === null) return;
    for (const cause of this.causes) {
      this.ledger.charge(cause, this.charges[cause]!);
      this.charges[cause] = 0;
    }
    const walks = takeTally(this.core, L.CORE_WALKS);
    if (walks > 0) this.settleWalks(walks);
    this.settleCaches();
  }

  private settleCaches(): void {
    for (const { hierarchy, record } of this.hierarchies) {
      hierarchy.dram.accesses += takeTally(record.words, L.HIERARCHY_DRAM);
      for (const { cache, words } of record.caches) {
        cache.hits += takeTally(words, L.CACHE_HITS);
        cache.misses += takeTally(words, L.CACHE_MISSES);
      }
    }
  }

  private settleWalks(walks: number): void {
    const { mmu, psc } = this.hardware;
    const { counters } = mmu;
    counters.count += walks;
    counters.reads += takeTally(this.core, L.CORE_READS);
    counters.assists += takeTally(this.core, L.CORE_ASSISTS);
    counters.adWrites += takeTally(this.core, L.CORE_AD_WRITES);
    counters.cycles += this.doubles[L.CORE_WALK_CYCLES / 8]!;
    counters.queued += this.doubles[L.CORE_QUEUED / 8]!;
    this.doubles[L.CORE_WALK_CYCLES / 8] = 0;
    this.doubles[L.CORE_QUEUED / 8] = 0;
    mmu.walksBySize[0]! += walks;
    for (const [i, level] of (psc?.levels ?? []).entries()) {
      level.hits += takeTally(this.pscs[i]!, L.PSC_HITS);
      level.misses += takeTally(this.pscs[i]!, L.PSC_MISSES);
    }
  }

  /** Writes down everything that stays as it is. */
  private describe(machine: Machine): void {
    const { hardware, shared, window, core } = this;
    const { mmu, tlbs, caches, dataCaches, data, mode } = hardware;
    const at = (array: ArrayBufferView) => shared.addressOf(array);
    const recordOf = (tlb: Tlb | null) => {
      const known = this.tlbs.find((one) => one.tlb === tlb);
      return known === undefined ? 0 : at(known.record.words);
    };
    const isRiscv = mode.family === 'riscv';
    setWords(core, [
      [L.CORE_ITLB, recordOf(tlbs.itlb)],
      [L.CORE_DTLB, recordOf(tlbs.dtlb)],
      [L.CORE_STORE_TLB, recordOf(tlbs.storeTlb)],
      [L.CORE_STLB, recordOf(tlbs.stlb)],
      [L.CORE_INCLUSIVE, machine.tlb.stlb?.inclusive ? 1 : 0],
      [L.CORE_HIGHS, at(this.highs)],
      [L.CORE_RISCV, isRiscv ? 1 : 0],
      [L.CORE_LEVELS, mode.levels],
      [L.CORE_VPN_BITS, mode.vaBits - 12],
      [L.CORE_ACCESSED, mode.format.accessed],
      [L.CORE_DIRTY, mode.format.dirty],
      [L.CORE_TABLE_ACCESSED, isRiscv ? 0 : mode.format.accessed],
      [L.CORE_HARDWARE_AD, machine.paging.family === 'riscv' && !machine.paging.controls.adue ? 0 : 1],
      [L.CORE_SLABS, at(this.slabs)],
      [L.CORE_PSC, this.pscs.length === 0 ? 0 : at(this.pscs[0]!)],
      [L.CORE_PSC_COUNT, this.pscs.length],
      [L.CORE_PSC_LATENCY, hardware.psc?.latency ?? 0],
      [L.CORE_AD_UPDATE, machine.walkers.adUpdate],
      [L.CORE_PTE_CACHES, at(this.hierarchies[0]!.record.words)],
      [
        L.CORE_DATA_CACHES,
        data === null ? 0 : at(this.hierarchies[caches === dataCaches ? 0 : 1]!.record.words),
      ],
      [L.CORE_CAUSE_STLB_HIT, mmu.stlbHit],
      [L.CORE_CAUSE_STLB_MISS, mmu.stlbMiss],
      [L.CORE_CAUSE_PSC, mmu.pscCause],
      [L.CORE_CAUSE_AD, mmu.adCause],
      [L.CORE_CAUSE_QUEUE, mmu.queueCause],
      [L.CORE_READ_CAUSES, at(mmu.readCauses)],
      [L.CORE_DATA_CAUSES, at(this.copyOf(data?.causes ?? new Uint16Array(1)))],
      [L.CORE_READS_BY, at(mmu.readsBy)],
      [L.CORE_CHARGES, at(this.charges)],
      [L.CORE_ASSIST, machine.dirty.action === 'fault' ? 0 : 1],
      [L.CORE_ASSIST_CYCLES, machine.dirty.cycles],
      [L.CORE_CAUSE_ASSIST, mmu.assistCause],
      [L.CORE_WIDTH, window.width],
      [L.CORE_WINDOW, window.window],
      [L.CORE_RING_MASK, window.mask],
      [L.CORE_RING_INDEX, at(window.index)],
      [L.CORE_RING_COMPLETION, at(window.completion)],
      [L.CORE_RING_PARTS, at(window.partCount)],
      [L.CORE_PART_CAUSE, at(window.partCause)],
      [L.CORE_PART_CYCLES, at(window.partCycles)],
      [L.CORE_HIDDEN, at(window.hidden)],
      [L.CORE_CLOCK, at(this.clock)],
      [L.CORE_WALKERS, at(mmu.pool.walkers)],
      [L.CORE_WALKER_COUNT, mmu.pool.walkers.length],
      [L.CORE_MSHRS, at(mmu.pool.mshrs)],
      [L.CORE_MSHR_COUNT, mmu.pool.mshrs.length],
    ]);
    this.describeEntries(machine);
  }

  /** What ordinary page-table entries look like and what they allow. */
  private describeEntries(machine: Machine): void {
    const { shared, core } = this;
    const { rules } = this.hardware.mmu.walker;
    const { pointers, leaf } = pteRules(machine, rules);
    const words = shared.float64(2 * (pointers.length + 1));
    const bits = new BigUint64Array(words.buffer, words.byteOffset, words.length);
    for (const [i, { mask, value }] of [...pointers, leaf].entries()) {
      bits[2 * i] = mask;
      bits[2 * i + 1] = value;
    }
    const allowed = shared.uint8(4096);
    allowed.set(allowedTable(rules));
    setWords(core, [
      [L.CORE_POINTERS, shared.addressOf(words)],
      [L.CORE_LEAF, shared.addressOf(words) + 16 * pointers.length],
      [L.CORE_ALLOWED, shared.addressOf(allowed)],
      [L.CORE_ROOT_ATTRIBUTES, rules.rootAttributes],
      [L.CORE_LEAF_ONLY, rules.foldLeaf(0, -1, -1, 1) & 0xfff],
    ]);
  }

  private copyOf(causes: Uint16Array): Uint16Array {
    const copy = this.shared.uint16(causes.length);
    copy.set(causes);
    return copy;
  }

  private learnDirectory(): void {
    const { direct } = this.hardware.memory;
    const address = this.shared.addressOf(direct);
    this.core[L.CORE_DIRECTORY / 4] = address;
    this.core[L.CORE_DIRECTORY_LENGTH / 4] = address === 0 ? 0 : direct.length;
    this.directoryKnown = direct;
  }

  private learnSlabs(): void {
    const { slabs } = this.hardware.memory;
    for (; this.slabsKnown < slabs.length; this.slabsKnown++) {
      if (this.slabsKnown < L.MAX_SLABS) {
        this.slabs[this.slabsKnown] = this.shared.addressOf(slabs[this.slabsKnown]!);
      }
    }
  }

  private learnRegions(): void {
    const { regions } = this.hardware.tlbs;
    this.regionsKnown = regions.count;
    const known = Math.min(regions.count, PACKED_KEY_REGIONS);
    for (let region = 0; region < known; region++) this.highs[region] = regions.highOf(region) | 0;
  }
}
