import { type AccessType, USER } from '../../core/access.ts';
import type { Asid, Pfn, Vpn } from '../../core/addr.ts';
import type { Ledger } from '../../core/ledger.ts';
import { PEEK } from '../../mmu/walker.ts';
import type { Tlb } from '../../tlb/tlb.ts';
import type { Hardware } from '../hardware.ts';
import type { Sampler } from './sampler.ts';
import type { Charge, ReadHappening } from './step.ts';
import type { Tape } from './tape.ts';

/** What stood where just before a translation, for telling afterwards what it did. */
interface Before {
  readonly key: number;
  readonly type: AccessType;
  /** Slots of the page in its first-level TLB and in the STLB; -1 = not there. */
  readonly firstSlot: number;
  readonly stlbSlot: number;
  readonly walks: number;
  readonly assists: number;
  readonly invalidations: number;
  /** Every entry on the way from the root, as it was. */
  readonly reads: readonly ReadHappening[];
}

/**
 * Tells one translation of the MMU as steps: it looks before (leaving no trace), lets the MMU work, and reads off the
 * MMU's results what happened, in which order, at what cost.
 */
export class Translation {
  readonly #hardware: Hardware;
  readonly #tape: Tape;
  readonly #sampler: Sampler;
  readonly #ledger: Ledger;
  readonly #words: number;
  /** The part of the MMU's latency that no step has been charged with yet. */
  #part = 0;

  constructor(hardware: Hardware, tape: Tape, sampler: Sampler, ledger: Ledger) {
    this.#hardware = hardware;
    this.#tape = tape;
    this.#sampler = sampler;
    this.#ledger = ledger;
    this.#words = hardware.mode.pteBytes / 4;
  }

  /** To be called right before `Mmu.translate`, with the same page. */
  look(asid: Asid, root: Pfn, key: number, vpn: Vpn, offset: number, type: AccessType): Before {
    const { mmu, tlbs } = this.#hardware;
    mmu.walker.root = root;
    mmu.walker.asid = asid;
    this.#part = 0;
    return {
      key,
      type,
      firstSlot: tlbs.first(type).find(key),
      stlbSlot: tlbs.stlb === null ? -1 : tlbs.stlb.find(key),
      walks: mmu.counters.count,
      assists: mmu.counters.assists,
      invalidations: this.#invalidations(),
      reads: this.#peek(vpn, offset, type),
    };
  }

  /** To be called right after `Mmu.translate`, which said `done`. */
  tell(before: Before, done: boolean): void {
    const { tlbs, mmu } = this.#hardware;
    const walked = mmu.counters.count > before.walks;
    const first = tlbs.first(before.type);
    this.#tellLookup(first, before.firstSlot, walked, 'tlb.first-level');
    let found = before.firstSlot >= 0;
    if (!found && tlbs.stlb !== null) {
      found = before.stlbSlot >= 0;
      this.#tellLookup(tlbs.stlb, before.stlbSlot, walked, found ? 'tlb.stlb-hit' : 'tlb.stlb-miss');
    }
    if (found && (walked || !done)) {
      const clean = mmu.counters.assists > before.assists;
      const dropped = this.#invalidations() > before.invalidations;
      this.#tape.step({ kind: 'refusal', clean, dropped });
    }
    if (walked) this.#tellWalk(before);
    if (walked && done && mmu.counters.assists > before.assists)
      this.#tape.step({ kind: 'assist' }, this.#take('dirty.assist'));
    if (done && (walked || before.firstSlot < 0)) this.#tellFill(before);
    for (const tlb of tlbs.all.keys()) this.#sampler.tlb(tlb);
  }

  /** The access reaches its byte. To be called when data accesses have added their latency. */
  tellData(pfn: Pfn): void {
    const { mmu, data, dataCaches } = this.#hardware;
    const { latency } = mmu;
    let from = -1;
    if (data !== null) {
      const cause = this.#part < latency.count ? this.#ledger.names()[latency.causes[this.#part]!]! : '';
      from = Math.max(0, dataCaches.names.indexOf(cause.replace(/^data\./, '')));
    }
    this.#tape.step(
      { kind: 'data', pfn, from },
      from < 0 ? [] : this.#take(`data.${dataCaches.names[from]}`),
    );
    if (this.#part !== latency.count) throw new Error('a part of a latency belongs to no step');
  }

  #tellLookup(tlb: Tlb, slot: number, walked: boolean, cause: string): void {
    const number = this.#hardware.tlbs.all.indexOf(tlb);
    this.#tape.step({ kind: 'lookup', tlb: number, slot }, this.#take(cause));
    // With a walk to come the TLB will be filled; the order of its entries is shown then.
    if (slot >= 0 && !walked) this.#sampler.tlb(number, slot);
  }

  #tellWalk(before: Before): void {
    const { mmu, psc, caches } = this.#hardware;
    const walk = mmu.walker.result;
    if (psc !== null && walk.fault?.reason !== 'non-canonical')
      this.#tape.step({ kind: 'psc', level: walk.pscLevel }, this.#take('walk.psc'));
    for (let row = 0; row < walk.reads; row++) {
      const level = walk.readLevel[row]!;
      const from = walk.readFrom[row]!;
      const entry = before.reads.find((read) => read.level === level);
      if (!entry) throw new Error(`the walk read level ${level}, which the page table does not have`);
      const isLast = row === walk.reads - 1;
      const verdict = isLast ? (walk.fault === null ? 'leaf' : 'refused') : 'table';
      const charges = this.#take(`walk.L${level}.${caches.names[from]}`);
      this.#tape.step({ ...entry, from, verdict }, charges);
      if (walk.readUpdated[row] === 1) this.#tellUpdate(entry);
      if (row === walk.reads - 2 || walk.reads === 1) this.#sampler.pscs();
    }
  }

  #tellUpdate({ table, index }: ReadHappening): void {
    const lo = this.#hardware.memory.read(table, index);
    this.#tape.step({ kind: 'update', table, index, lo }, this.#take('walk.ad-update'));
    this.#sampler.entry(table, index, this.#words);
  }

  #tellFill({ key, type }: Before): void {
    const { tlbs, mmu } = this.#hardware;
    const filled = [tlbs.stlb, tlbs.first(type)]
      .filter((tlb) => tlb !== null)
      .map((tlb) => ({ number: tlbs.all.indexOf(tlb), slot: tlb.find(key) }))
      .filter(({ slot }) => slot >= 0);
    this.#tape.step({ kind: 'fill', tlbs: filled.map(({ number }) => number), pfn: mmu.frame });
    for (const { number, slot } of filled) this.#sampler.tlb(number, slot);
  }

  /** The charge for the next part of the latency, when that is what it is for: parts of no cycles are left out. */
  #take(cause: string): Charge[] {
    const { latency } = this.#hardware.mmu;
    const id = this.#ledger.cause(cause);
    if (this.#part >= latency.count || latency.causes[this.#part] !== id) return [];
    return [{ cause: id, cycles: latency.cycles[this.#part++]! }];
  }

  /** Reads every entry on the way to a page, as a walk from the root would, and leaves no trace. */
  #peek(vpn: Vpn, offset: number, type: AccessType): ReadHappening[] {
    const { walker } = this.#hardware.mmu;
    const { result } = walker;
    const reads: ReadHappening[] = [];
    let more = walker.begin(vpn, offset, type, USER, PEEK);
    while (more) {
      more = walker.step();
      const { level, table, index, lo, hi } = result;
      reads.push({ kind: 'read', level, table, index, lo, hi, from: 0, verdict: more ? 'table' : 'leaf' });
    }
    return reads;
  }

  #invalidations(): number {
    let sum = 0;
    for (const { invalidations } of this.#hardware.tlbs.all) sum += invalidations;
    return sum;
  }
}
