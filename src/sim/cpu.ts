import { REGION_PAGES } from '../core/addr.ts';
import type { FaultHandler } from '../core/kernel-port.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { PACKED_ASID_SHIFT } from '../tlb/key.ts';
import type { Chunk } from '../trace/chunk.ts';
import { OFFSET_MASK } from '../trace/chunk.ts';
import type { Compacted } from '../trace/compacted.ts';
import type { Accelerator } from './accelerator/accelerator.ts';
import { ASK_AFRESH, ASK_AGAIN, ASK_LEAVE } from './accelerator/layout.ts';
import { NOWHERE } from './check/cleared.ts';
import { canTellApart, countFolded, wholeBlocks } from './compacted-blocks.ts';
import type { DataSide } from './data-side.ts';
import { OneAccess } from './one-access.ts';
import { PackedLoops } from './packed-loops.ts';
import { offsetOf, type PackedRecords, placeOf } from './packed-records.ts';
import type { Watch } from './watch.ts';
import type { IssueWindow } from './window.ts';

const NOTHING = -1;
const PACKED_ASID_LIMIT = 31;
const PACKED_REGION_LIMIT = 64;

/**
 * One core: takes stretches of records of one process and runs them through the MMU, by the fastest way that is exact
 * for them: compacted, packed (in WebAssembly as far as it goes, or in TypeScript), or one by one.
 */
export class Cpu {
  private readonly mmu: Mmu;
  private readonly window: IssueWindow;
  private readonly data: DataSide | null;
  private readonly accelerator: Accelerator | null;
  private readonly access: OneAccess;
  private readonly loops: PackedLoops;
  private asid = 0;
  private root = 0;
  /** Of the kernel's last answer to the accelerator: the record got a signal; TLB entries are gone. */
  private dropped = false;
  private moved = false;
  /** Something else has run since the accelerator did. */
  private stale = true;

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
    this.data = data;
    this.accelerator = accelerator;
    this.access = new OneAccess(mmu, window, onFault, data);
    this.loops = new PackedLoops(mmu, window, this.access);
  }

  /** Records dropped because their process got a signal. */
  get signals(): number {
    return this.access.signals;
  }

  /** The address space of the records to come: its TLB tag and root table (MOV to CR3, write of satp). */
  switchTo(asid: number, root: number): void {
    this.stale ||= asid !== this.asid;
    this.asid = asid;
    this.root = root;
    this.mmu.switchTo(asid, root);
  }

  /** Runs records from..to-1 of a chunk. @param watch who looks at them */
  run(chunk: Chunk, from: number, to: number, watch: Watch | null = null): void {
    const packed =
      chunk.keys instanceof Int32Array &&
      !this.mmu.tlbs.wide &&
      !this.mmu.tlbs.slowHits &&
      this.asid < PACKED_ASID_LIMIT &&
      chunk.regions.count <= PACKED_REGION_LIMIT;
    this.stale ||= watch !== null;
    if (!packed) {
      this.runOneByOne(chunk, from, to, watch);
      return;
    }
    const issued = this.window.issued - from;
    const all = { keys: chunk.keys as Int32Array, offsets: chunk.offsets, places: null, sets: 1 };
    if (chunk.compacted === undefined || this.data !== null || watch !== null)
      this.runRecords(all, from, to, issued, watch);
    else this.runCompacted(all, chunk.compacted, from, to, issued);
    this.window.issued = issued + to;
  }

  /** Runs records from..to-1, blocks that are whole without what is folded in them. */
  private runCompacted(
    all: PackedRecords,
    compacted: Compacted,
    from: number,
    to: number,
    issued: number,
  ): void {
    const { keys, places, records, kept, sets } = compacted;
    const some = { keys, offsets: all.offsets, places, sets };
    const { first, end } = wholeBlocks(records, from, to);
    if (first >= end || !canTellApart(this.mmu.tlbs, sets)) {
      this.runRecords(all, from, to, issued, null);
      return;
    }
    const { tlbs } = this.mmu;
    this.runRecords(all, from, records[first]!, issued, null);
    for (let block = first; block < end; ) {
      const broke = this.runRecords(some, kept[block]!, kept[end]!, issued, null);
      for (; block < end && kept[block + 1]! <= broke; block++)
        countFolded(tlbs, compacted, block, all.keys, records[block + 1]!);
      if (block === end) break;
      const next = places[broke]! + 1;
      countFolded(tlbs, compacted, block, all.keys, next);
      this.runRecords(all, next, records[++block]!, issued, null);
    }
    this.runRecords(all, records[end]!, to, issued, null);
  }

  /** As PackedLoops.run, by whoever is there to run them. */
  private runRecords(
    records: PackedRecords,
    from: number,
    to: number,
    issued: number,
    watch: Watch | null,
  ): number {
    if (from >= to) return to;
    const { accelerator } = this;
    if (accelerator?.ready && (watch === null || accelerator.sees(watch.cleared)))
      return this.runAccelerated(accelerator, records, from, to, issued, watch);
    return this.runInTypeScript(records, from, to, issued, watch);
  }

  private runInTypeScript(
    records: PackedRecords,
    from: number,
    to: number,
    issued: number,
    watch: Watch | null,
  ): number {
    this.stale = true;
    if (watch !== null) return this.runWatched(records, from, to, issued, watch);
    if (this.data === null) return this.loops.run(records, from, to, issued, this.asid);
    this.loops.runWithData(records, from, to, issued, this.asid, this.data);
    return to;
  }

  /** As PackedLoops.run, over all records that are issued, with a look at each. */
  private runWatched(records: PackedRecords, from: number, to: number, issued: number, watch: Watch): number {
    const { tlbs } = this.mmu;
    for (let at = from; at < to; at++) {
      const record = records.keys[at]!;
      tlbs.first(record & 3).lookups++;
      const allowed = this.runOne(records, at, issued, false);
      if (allowed !== 0) watch.after(record, offsetOf(records, at), this.mmu.frame);
    }
    return to;
  }

  /** The WebAssembly core runs all it can. Kernel work, and each record that it leaves, is done here. */
  private runAccelerated(
    accelerator: Accelerator,
    records: PackedRecords,
    from: number,
    to: number,
    issued: number,
    watch: Watch | null,
  ): number {
    const { tlbs } = this.mmu;
    const cleared = watch === null ? null : watch.cleared;
    let at = from;
    let broke = to;
    accelerator.begin(records, issued, (at, level) => this.askKernel(records, at, issued, level, watch));
    while (at < broke && accelerator.ready) {
      this.dropped = this.moved = false;
      at = accelerator.run(at, to, this.asid, this.root, this.stale, cleared);
      this.stale = false;
      if (watch !== null && watch.cleared.frame !== NOWHERE) {
        const last = at - 1;
        this.stale = watch.after(records.keys[last]!, offsetOf(records, last), watch.cleared.frame);
        continue;
      }
      if (at === to) break;
      const record = records.keys[at]!;
      const generation = this.moved ? NOTHING : tlbs.generation;
      tlbs.first(record & 3).lookups++;
      const allowed = this.dropped ? 0 : this.runOne(records, at, issued, accelerator.tried);
      if (watch !== null && allowed !== 0) watch.after(record, offsetOf(records, at), this.mmu.frame);
      const steady = this.loops.isSteady(records, allowed, record & 3, generation);
      if (records.places !== null && !steady) broke = at;
      at++;
    }
    accelerator.end();
    return at < broke ? this.runInTypeScript(records, at, to, issued, watch) : broke;
  }

  /**
   * The core's walk of record `at` met no entry at `level`. When the kernel says that the record shall be tried again,
   * the core can do so; of compacted records only where nothing else has gone.
   */
  private askKernel(
    records: PackedRecords,
    at: number,
    issued: number,
    level: number,
    watch: Watch | null,
  ): number {
    const { tlbs } = this.mmu;
    const { generation } = tlbs;
    this.window.issued = issued + placeOf(records, at);
    this.dropped = !this.access.absent(records.keys[at]!, offsetOf(records, at), level);
    this.moved = tlbs.generation !== generation;
    if (this.dropped || (this.moved && records.places !== null)) return ASK_LEAVE;
    return this.moved || watch !== null ? ASK_AFRESH : ASK_AGAIN;
  }

  /** A record whose lookup is counted. `tried`: so are its misses. */
  private runOne(records: PackedRecords, at: number, issued: number, tried: boolean): number {
    const record = records.keys[at]!;
    const offset = offsetOf(records, at);
    const key = (record >>> 2) | (this.asid << PACKED_ASID_SHIFT);
    const low = (record >>> 2) & (REGION_PAGES - 1);
    this.stale = true;
    this.window.issued = issued + placeOf(records, at);
    return this.access.run(key, record >>> 22, low, offset, record & 3, tried ? 1 : 0);
  }

  /** Any chunk, any number of regions and ASIDs: no filter, no packed keys. Slower and just as exact. */
  private runOneByOne(chunk: Chunk, from: number, to: number, watch: Watch | null): void {
    const { tlbs } = this.mmu;
    this.stale = true;
    for (let i = from; i < to; i++) {
      const record = chunk.keys[i]!;
      const type = record & 3;
      const page = chunk.keys instanceof Int32Array ? record >>> 2 : Math.floor(record / 4);
      const low = page % REGION_PAGES;
      const region = Math.floor(page / REGION_PAGES);
      const key = tlbs.keyOf(this.asid, region, low);
      tlbs.first(type).lookups++;
      const offset = chunk.offsets[i]! & OFFSET_MASK;
      const allowed = this.access.run(key, region, low, offset, type, 0);
      if (watch !== null && allowed !== 0) watch.after(page * 4 + type, offset, this.mmu.frame);
      this.window.issued++;
    }
  }
}
