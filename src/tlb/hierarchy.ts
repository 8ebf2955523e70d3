import { FETCH, STORE } from '../core/access.ts';
import { REGION_PAGES } from '../core/addr.ts';
import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import { ATTR_GLOBAL, sizeShiftOf } from '../core/attributes.ts';
import { InputError } from '../core/errors.ts';
import type { TlbMaintenance } from '../core/kernel-port.ts';
import type { RegionTable } from '../core/regions.ts';
import {
  PACKED_GLOBAL_ASID,
  PACKED_KEY_REGIONS,
  packedKey,
  type TagParts,
  WIDE_ASIDS,
  WIDE_GLOBAL_ASID,
  WIDE_KEY_REGIONS,
  wideKey,
} from './key.ts';
import { Tlb, type TlbConfig } from './tlb.ts';

export interface HierarchyConfig {
  itlb: TlbConfig;
  dtlb: TlbConfig;
  /** A first-level TLB for stores alone (Intel Golden Cove); loads then use `dtlb`. */
  storeTlb?: TlbConfig | undefined;
  stlb?: TlbConfig | undefined;
  /** An inclusive STLB takes an evicted page out of the first level too. */
  inclusive?: boolean;
}

/**
 * The TLBs of one core: ITLB and DTLB (and perhaps a store TLB) before a unified STLB. First levels are filled on an
 * STLB hit and on a walk; the STLB on a walk. An ASID here is an index 0 .. 4094; the caller maps the architecture's
 * tags (PCID, satp.ASID) to it.
 */
export class TlbHierarchy implements TlbMaintenance {
  readonly itlb: Tlb;
  readonly dtlb: Tlb;
  readonly storeTlb: Tlb;
  readonly stlb: Tlb | null;
  readonly all: readonly Tlb[];
  readonly regions: RegionTable;
  /** Grows whenever entries vanish by anything but a fill of their own TLB: remembered hits are void then. */
  generation = 0;
  /** Keys are doubles: more regions or ASIDs than a packed key holds have been seen. */
  wide = false;
  /** A hit in some first-level TLB adds cycles: no access is free. */
  readonly slowHits: boolean;
  private readonly inclusive: boolean;
  private globals = false;

  constructor(config: HierarchyConfig, regions: RegionTable, arena: Arena = HOST_MEMORY) {
    this.regions = regions;
    this.itlb = new Tlb(config.itlb, regions, arena);
    this.dtlb = new Tlb(config.dtlb, regions, arena);
    this.storeTlb = config.storeTlb ? new Tlb(config.storeTlb, regions, arena) : this.dtlb;
    this.stlb = config.stlb ? new Tlb(config.stlb, regions, arena) : null;
    this.inclusive = config.inclusive ?? false;
    this.slowHits = [this.itlb, this.dtlb, this.storeTlb].some((tlb) => tlb.latency > 0);
    this.all = [...new Set([this.itlb, this.dtlb, this.storeTlb, ...(this.stlb ? [this.stlb] : [])])];
  }

  /** The first-level TLB that serves an access type. */
  first(access: number): Tlb {
    return access === FETCH ? this.itlb : access === STORE ? this.storeTlb : this.dtlb;
  }

  /** The key of a page; goes over to wide keys by itself when needed. @throws InputError beyond those too */
  keyOf(asid: number, region: number, low: number): number {
    if (!this.wide && (asid >= PACKED_GLOBAL_ASID || region >= PACKED_KEY_REGIONS)) this.widen();
    if (!this.wide) return packedKey(asid, region, low);
    if (asid >= WIDE_GLOBAL_ASID || region >= WIDE_KEY_REGIONS) {
      throw new InputError(
        `more than ${WIDE_KEY_REGIONS} regions of 4 GiB or ${WIDE_ASIDS - 1} ASIDs in one run`,
        {
          remedy: 'split the trace (pagewalk trace slice) or run fewer processes',
        },
      );
    }
    return wideKey(asid, region, low);
  }

  /** Some entry may be global: a lookup by a page's own key is not enough. */
  get hasGlobals(): boolean {
    return this.globals;
  }

  /** Looks a page up in one TLB, global entries included; the slot or -1. Counts as a use, not as a lookup. */
  lookup(tlb: Tlb, key: number, region: number, low: number): number {
    const slot = tlb.lookup(key);
    return slot >= 0 || !this.globals ? slot : tlb.lookup(this.globalKey(region, low));
  }

  /** As {@link lookup}, leaving no trace. */
  find(tlb: Tlb, key: number, region: number, low: number): number {
    const slot = tlb.find(key);
    return slot >= 0 || !this.globals ? slot : tlb.find(this.globalKey(region, low));
  }

  /**
   * Enters the result of a walk (or, with `tlb` a first level, of an STLB hit). Returns the slot, -1 when not cached.
   * @param absent a lookup of the page in this TLB has just failed
   */
  fill(
    tlb: Tlb,
    key: number,
    region: number,
    low: number,
    frame: number,
    attributes: number,
    allowed: number,
    absent = false,
  ): number {
    let entryKey = key;
    if (attributes & ATTR_GLOBAL) {
      this.globals = true;
      entryKey = this.globalKey(region, low);
    }
    const shift = sizeShiftOf(attributes);
    const slot = absent
      ? tlb.insert(entryKey, low, shift, frame, attributes, allowed)
      : tlb.enter(entryKey, low, shift, frame, attributes, allowed);
    if (this.inclusive && tlb === this.stlb) this.backInvalidate(tlb.victim);
    return slot;
  }

  invalidatePage(asid: number, vpn: number): void {
    const region = this.regions.find(Math.floor(vpn / REGION_PAGES));
    if (region < 0) {
      // Nothing there was ever accessed, but a leaf that reaches there may have pieces elsewhere.
      for (const tlb of this.all) {
        tlb.invalidatePieces(asid);
        if (this.globals) tlb.invalidatePieces(this.globalAsid);
      }
      this.generation++;
      return;
    }
    const low = vpn % REGION_PAGES;
    const key = this.keyOf(asid, region, low);
    for (const tlb of this.all) {
      tlb.invalidate(key, asid);
      if (this.globals) tlb.invalidate(this.globalKey(region, low), this.globalAsid);
    }
    this.generation++;
  }

  invalidateRange(asid: number, vpn: number, pages: number): void {
    const global = this.globalAsid;
    for (const tlb of this.all) {
      tlb.invalidateWhere((parts, slot) => {
        if (parts.asid !== asid && parts.asid !== global) return false;
        if (tlb.pieces[slot] === 1) return true;
        const first = this.vpnOf(parts);
        return first < vpn + pages && vpn < first + 2 ** parts.shift;
      });
    }
    this.generation++;
  }

  /** SFENCE.VMA with an ASID, MOV to CR3, INVPCID single-context: global entries stay. */
  invalidateAsid(asid: number): void {
    // An ASID that packed keys cannot name has no entries yet; its number would mean the global ones.
    if (this.wide || asid < PACKED_GLOBAL_ASID)
      for (const tlb of this.all) tlb.invalidateWhere((parts) => parts.asid === asid);
    this.generation++;
  }

  /** Every entry that is not global, whatever its ASID. */
  invalidateNonGlobal(): void {
    const global = this.globalAsid;
    for (const tlb of this.all) tlb.invalidateWhere((parts) => parts.asid !== global);
    this.generation++;
  }

  invalidateAll(): void {
    for (const tlb of this.all) tlb.invalidateAll();
    this.globals = false;
    this.generation++;
  }

  /** Recomputes what entries allow after a control register changed (CR0.WP, CR4, PKRU, SUM, MXR). */
  recheck(allowedOf: (attributes: number) => number): void {
    for (const tlb of this.all) {
      for (let slot = 0; slot < tlb.allowed.length; slot++)
        tlb.allowed[slot] = allowedOf(tlb.attributes[slot]!);
    }
    this.generation++;
  }

  private get globalAsid(): number {
    return this.wide ? WIDE_GLOBAL_ASID : PACKED_GLOBAL_ASID;
  }

  private globalKey(region: number, low: number): number {
    return this.wide ? wideKey(WIDE_GLOBAL_ASID, region, low) : packedKey(PACKED_GLOBAL_ASID, region, low);
  }

  private vpnOf({ region, low }: TagParts): number {
    return this.regions.highOf(region) * REGION_PAGES + low;
  }

  private backInvalidate(victim: TagParts | null): void {
    if (victim === null) return;
    for (const tlb of this.all) {
      if (tlb === this.stlb) continue;
      tlb.invalidateWhere(
        ({ asid, region, low }) =>
          asid === victim.asid &&
          region === victim.region &&
          low >= victim.low &&
          low < victim.low + 2 ** victim.shift,
      );
    }
    this.generation++;
  }

  private widen(): void {
    for (const tlb of this.all) {
      tlb.widen(({ asid, region, low }) =>
        wideKey(asid === PACKED_GLOBAL_ASID ? WIDE_GLOBAL_ASID : asid, region, low),
      );
    }
    this.wide = true;
    this.generation++;
  }
}
