import type { Ledger } from '../../core/ledger.ts';
import type { Hardware } from '../hardware.ts';
import * as L from './layout.ts';
import type { Parts } from './parts.ts';
import { type TlbRecord, takeTally } from './records.ts';

/** What the core has counted, on its way into the counters of the hardware and the ledger. */
export class Tallies {
  private readonly parts: Parts;
  private readonly hardware: Hardware;
  private readonly ledger: Ledger;
  private readonly tables: TlbRecord['tables'];
  /** Every cause that a pending record can have parts of. */
  private readonly causes: readonly number[];

  constructor(parts: Parts, hardware: Hardware, ledger: Ledger) {
    this.parts = parts;
    this.hardware = hardware;
    this.ledger = ledger;
    this.tables = parts.tlbs.flatMap(({ record }) => record.tables);
    const { mmu, data } = hardware;
    const { firstCause, stlbHit, stlbMiss, queueCause, pscCause, readCauses, adCause, assistCause } = mmu;
    const single = [firstCause, stlbHit, stlbMiss, queueCause, pscCause, adCause, assistCause];
    this.causes = [...new Set([...single, ...readCauses, ...(data?.causes ?? [])])];
  }

  /** Takes over which slots of TLBs are in use: whoever drops entries asks. */
  settleTables(): void {
    const { tables } = this;
    for (let i = 0; i < tables.length; i++) {
      const { array, words } = tables[i]!;
      if (words[L.TABLE_FILLED / 4] !== 0) array.table.live += takeTally(words, L.TABLE_FILLED);
    }
  }

  /** Takes over what the core has counted since the last time. */
  settle(): void {
    let misses = 0;
    for (const { tlb, record } of this.parts.tlbs) {
      tlb.lookups += takeTally(record.words, L.TLB_LOOKUPS);
      const missed = takeTally(record.words, L.TLB_MISSES);
      misses += missed;
      tlb.misses += missed;
      tlb.evictions += takeTally(record.words, L.TLB_EVICTIONS);
    }
    if (misses === 0 && this.parts.core[L.CORE_WALKS / 4] === 0 && this.hardware.data === null) return;
    for (const cause of this.causes) {
      this.ledger.charge(cause, this.parts.charges[cause]!);
      this.parts.charges[cause] = 0;
    }
    const walks = takeTally(this.parts.core, L.CORE_WALKS);
    if (walks > 0) this.settleWalks(walks);
    this.settleCaches();
  }

  private settleCaches(): void {
    for (const { hierarchy, record } of this.parts.hierarchies) {
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
    const faulted = takeTally(this.parts.core, L.CORE_FAULTED);
    counters.count += walks;
    counters.faulted += faulted;
    counters.reads += takeTally(this.parts.core, L.CORE_READS);
    counters.assists += takeTally(this.parts.core, L.CORE_ASSISTS);
    counters.adWrites += takeTally(this.parts.core, L.CORE_AD_WRITES);
    counters.cycles += this.parts.doubles[L.CORE_WALK_CYCLES / 8]!;
    counters.queued += this.parts.doubles[L.CORE_QUEUED / 8]!;
    this.parts.doubles[L.CORE_WALK_CYCLES / 8] = 0;
    this.parts.doubles[L.CORE_QUEUED / 8] = 0;
    mmu.walksBySize[0]! += walks - faulted;
    for (const [i, level] of (psc?.levels ?? []).entries()) {
      level.hits += takeTally(this.parts.pscs[i]!, L.PSC_HITS);
      level.misses += takeTally(this.parts.pscs[i]!, L.PSC_MISSES);
    }
  }
}
