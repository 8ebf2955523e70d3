import { FETCH, LOAD, STORE } from '../core/access.ts';
import { REGION_PAGES } from '../core/addr.ts';
import type { Mmu } from '../mmu/mmu.ts';
import { PACKED_ASID_SHIFT } from '../tlb/key.ts';
import { OFFSET_MASK } from '../trace/chunk.ts';
import { canTellApart } from './compacted-blocks.ts';
import type { DataSide } from './data-side.ts';
import type { OneAccess } from './one-access.ts';
import { type PackedRecords, placeOf } from './packed-records.ts';
import type { IssueWindow } from './window.ts';

const NOTHING = -1;

/**
 * The TypeScript loops over packed records. The loop body is what a hit costs the host; everything else is behind one
 * call.
 *
 * The same-page filter: a record whose page and type equal the last one that hit in the same first-level TLB is a
 * hit on the most recently used entry of its set. No replacement policy changes state on that (SRRIP does on the
 * first use after a fill, see `fillCountsAsUse`), so it is counted and skipped. What is remembered is void as soon
 * as `tlbs.generation` moves: an invalidation, a back-invalidation, a change of controls.
 */
export class PackedLoops {
  private readonly mmu: Mmu;
  private readonly window: IssueWindow;
  private readonly access: OneAccess;
  private readonly filterFills: boolean;

  constructor(mmu: Mmu, window: IssueWindow, access: OneAccess) {
    this.mmu = mmu;
    this.window = window;
    this.access = access;
    this.filterFills = mmu.fillCountsAsUse;
  }

  /**
   * Whether the page of a record that was just run by {@link OneAccess} is where the next such record finds it, and
   * nothing else has gone since `generation`.
   * @param allowed as that said
   */
  isSteady({ sets }: PackedRecords, allowed: number, type: number, generation: number): boolean {
    const { mmu } = this;
    if (!this.filterFills || !mmu.cached || mmu.tlbs.generation !== generation) return false;
    return ((allowed >> type) & 1) !== 0 && canTellApart(mmu.tlbs, sets);
  }

  /**
   * Runs records from..to-1. Where `records` are only some of those issued, it breaks off behind a record that was not
   * steady.
   * @param issued records issued before the first one of all
   * @returns the record behind which it broke off, or `to`
   */
  run(records: PackedRecords, from: number, to: number, issued: number, asid: number): number {
    const { keys, offsets, places } = records;
    const { mmu, window } = this;
    const { tlbs } = mmu;
    const { itlb, dtlb, storeTlb } = tlbs;
    const asidBits = asid << PACKED_ASID_SHIFT;
    const splitStores = storeTlb !== dtlb;
    let generation = tlbs.generation;
    let lastFetch = NOTHING;
    let lastLoad = NOTHING;
    let lastStore = NOTHING;
    let fetches = 0;
    let loads = 0;
    let stores = 0;
    let broke = to;
    for (let i = from; i < broke; i++) {
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
        const place = placeOf(records, i);
        window.issued = issued + place;
        allowed = this.access.runMissed(tlb, slot, key, record, offsets[place]! & OFFSET_MASK, type);
        remember = this.filterFills && mmu.cached;
        if (places !== null && !this.isSteady(records, allowed, type, generation)) broke = i;
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
    return broke;
  }

  /** Runs records from..to-1, all that are issued: every load and store also goes through the data caches. */
  runWithData(
    { keys, offsets }: PackedRecords,
    from: number,
    to: number,
    issued: number,
    asid: number,
    data: DataSide,
  ): void {
    const { mmu, window } = this;
    const { tlbs } = mmu;
    const { itlb, dtlb, storeTlb } = tlbs;
    const asidBits = asid << PACKED_ASID_SHIFT;
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
      const frame = slot < 0 ? 0 : tlb.frameOf(slot, (record >>> 2) & (REGION_PAGES - 1));
      if (((allowed >> type) & 1) === 0) {
        window.issued = issued + i;
        allowed = this.access.runMissed(tlb, slot, key, record, offset, type);
        slot = -1;
        if (tlbs.generation !== generation) {
          generation = tlbs.generation;
          lastFetch = NOTHING;
        }
      } else if (type !== FETCH) {
        const extra = data.access(frame, offset);
        if (extra > 0) {
          window.issued = issued + i;
          data.pend(window, extra);
        }
      }
      if (type === FETCH) {
        fetches++;
        lastFetch = (slot >= 0 || (this.filterFills && mmu.cached)) && allowed & 1 ? record : NOTHING;
      } else if (type === LOAD) loads++;
      else stores++;
    }
    itlb.lookups += fetches;
    dtlb.lookups += loads;
    storeTlb.lookups += stores;
  }
}
