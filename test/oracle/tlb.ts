import { sizeShiftNamed } from '../../src/core/attributes.ts';
import { Rng } from '../../src/core/rng.ts';
import type { Tlb as TlbSpec } from '../../src/sim/machine/machine.ts';
import { OracleSet } from './replacement.ts';

/** What one TLB entry holds. `asid` is 'global' for a page that every address space shares. */
export interface OracleEntry {
  readonly asid: number | 'global';
  /** First page that the entry covers, and how many (2^shift). */
  readonly first: number;
  readonly shift: number;
  /** Frame of that first page. */
  readonly frame: number;
  readonly attributes: number;
  readonly allowed: number;
  /** The leaf is larger than the entry. */
  readonly piece: boolean;
}

interface OracleArray {
  readonly shifts: readonly number[];
  readonly sets: OracleSet<string>[];
}

/** One TLB as a map of entries and, set by set, lists of their names. Slow on purpose. */
export class OracleTlb {
  readonly name: string;
  readonly latency: number;
  lookups = 0;
  misses = 0;
  evictions = 0;
  invalidations = 0;
  readonly #fillOnMiss: boolean;
  readonly #arrays: OracleArray[];
  readonly #entries = new Map<string, OracleEntry>();

  constructor(name: string, spec: TlbSpec) {
    this.name = name;
    this.latency = spec.latency;
    this.#fillOnMiss = spec.fillOnMiss;
    this.#arrays = spec.arrays.map(({ sizes, sets, ways, replacement, seed }) => {
      const rng = new Rng(seed);
      const draw = (width: number) => rng.below(width);
      return {
        shifts: sizes.map(sizeShiftNamed),
        sets: Array.from({ length: sets }, () => new OracleSet<string>(ways, replacement, draw)),
      };
    });
  }

  /** The entry that covers a page, its own address space's before a global one, the smallest first; a use of it. */
  lookup(asid: number, vpn: number): OracleEntry | null {
    return this.#lookup(asid, vpn) ?? this.#lookup('global', vpn);
  }

  #lookup(asid: number | 'global', vpn: number): OracleEntry | null {
    const sizes = this.#arrays.flatMap((array) => array.shifts.map((shift) => ({ array, shift })));
    for (const { array, shift } of sizes.sort((a, b) => a.shift - b.shift)) {
      const tag = nameOf(asid, vpn, shift);
      if (setOf(array, vpn, shift).touch(tag)) return this.#entries.get(tag)!;
    }
    return null;
  }

  /**
   * Takes in the translation of a page, in the largest size this TLB has up to the leaf's. Returns who left for it;
   * `cached` is false when the TLB takes no such page.
   */
  fill(
    asid: number | 'global',
    vpn: number,
    leafShift: number,
    frame: number,
    attributes: number,
    allowed: number,
  ): { cached: boolean; victim: OracleEntry | null } {
    const sizes = this.#arrays.flatMap(({ shifts }) => shifts).filter((size) => size <= leafShift);
    if (sizes.length === 0 || !this.#fillOnMiss) return { cached: false, victim: null };
    const shift = Math.max(...sizes);
    const array = this.#arrays.find(({ shifts }) => shifts.includes(shift))!;
    const tag = nameOf(asid, vpn, shift);
    const set = setOf(array, vpn, shift);
    const evicted = set.touch(tag) ? null : set.insert(tag);
    const victim = evicted === null ? null : this.#entries.get(evicted)!;
    if (evicted !== null) {
      this.evictions++;
      this.#entries.delete(evicted);
    }
    const inside = vpn % 2 ** shift;
    this.#entries.set(tag, {
      asid,
      first: vpn - inside,
      shift,
      frame: frame - inside,
      attributes,
      allowed,
      piece: shift < leafShift,
    });
    return { cached: true, victim };
  }

  drop(stale: (entry: OracleEntry) => boolean): void {
    for (const [tag, entry] of [...this.#entries]) {
      if (!stale(entry)) continue;
      const array = this.#arrays.find(({ shifts }) => shifts.includes(entry.shift))!;
      setOf(array, entry.first, entry.shift).remove(tag);
      this.#entries.delete(tag);
      this.invalidations++;
    }
  }
}

/** The TLBs of one core and what passes between them. */
export class OracleTlbs {
  readonly itlb: OracleTlb;
  readonly dtlb: OracleTlb;
  readonly storeTlb: OracleTlb;
  readonly stlb: OracleTlb | null;
  readonly all: OracleTlb[];
  readonly #inclusive: boolean;

  constructor(tlb: {
    itlb: TlbSpec;
    dtlb: TlbSpec;
    storeTlb: TlbSpec | null;
    stlb: (TlbSpec & { inclusive: boolean }) | null;
  }) {
    this.itlb = new OracleTlb('ITLB', tlb.itlb);
    this.dtlb = new OracleTlb('DTLB', tlb.dtlb);
    this.storeTlb = tlb.storeTlb ? new OracleTlb('STORE-TLB', tlb.storeTlb) : this.dtlb;
    this.stlb = tlb.stlb ? new OracleTlb('STLB', tlb.stlb) : null;
    this.#inclusive = tlb.stlb?.inclusive ?? false;
    this.all = [...new Set([this.itlb, this.dtlb, this.storeTlb, this.stlb].filter((one) => one !== null))];
  }

  /** After a walk: the STLB takes the page, and an inclusive one calls its victim back; then the first level. */
  fillSecond(...[asid, vpn, shift, frame, attributes, allowed]: Parameters<OracleTlb['fill']>): void {
    if (this.stlb === null) return;
    const { victim } = this.stlb.fill(asid, vpn, shift, frame, attributes, allowed);
    if (victim === null || !this.#inclusive) return;
    const inside = (first: number) => first >= victim.first && first < victim.first + 2 ** victim.shift;
    for (const tlb of this.all) {
      if (tlb !== this.stlb) tlb.drop((entry) => entry.asid === victim.asid && inside(entry.first));
    }
  }

  /** One page: the entries that cover it, and all pieces of larger leaves, of the address space and of all. */
  invalidatePage(asid: number, vpn: number): void {
    this.invalidateRange(asid, vpn, 1);
  }

  invalidateRange(asid: number, vpn: number, pages: number): void {
    const concerned = (entry: OracleEntry) => entry.asid === asid || entry.asid === 'global';
    const touches = ({ first, shift }: OracleEntry) => first < vpn + pages && vpn < first + 2 ** shift;
    for (const tlb of this.all) tlb.drop((entry) => concerned(entry) && (entry.piece || touches(entry)));
  }

  invalidateAsid(asid: number): void {
    for (const tlb of this.all) tlb.drop((entry) => entry.asid === asid);
  }

  invalidateAll(): void {
    for (const tlb of this.all) tlb.drop(() => true);
  }
}

function nameOf(asid: number | 'global', vpn: number, shift: number): string {
  return `${asid} ${shift} ${Math.floor(vpn / 2 ** shift)}`;
}

function setOf({ sets }: OracleArray, vpn: number, shift: number): OracleSet<string> {
  return sets[Math.floor(vpn / 2 ** shift) % sets.length]!;
}
