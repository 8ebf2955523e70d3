import { PACKED_ASID_SHIFT, PACKED_KEY_REGIONS } from '../../tlb/key.ts';
import type { Hardware } from '../hardware.ts';
import * as L from './layout.ts';
import type { SharedMemory } from './memory.ts';
import type { Parts } from './parts.ts';

const NONE = -1;

/** Keeps the core up to date about what TypeScript has changed: address space, page tables, regions, large entries. */
export class News {
  private readonly parts: Parts;
  private readonly hardware: Hardware;
  private readonly shared: SharedMemory;
  private regionsKnown = 0;
  private slabsKnown = 0;
  private asidKnown = NONE;
  private rootKnown = NONE;
  private directoryKnown: Int32Array | null = null;
  /** By TLB: its live large entries. */
  private readonly largeKnown: number[];

  constructor(parts: Parts, hardware: Hardware, shared: SharedMemory) {
    this.parts = parts;
    this.hardware = hardware;
    this.shared = shared;
    this.largeKnown = parts.tlbs.map(() => NONE);
  }

  /** Tells the core what has changed since the last time. */
  tell(asid: number, root: number): void {
    const { memory, tlbs } = this.hardware;
    if (memory.slabs.length > this.slabsKnown) this.learnSlabs();
    if (tlbs.regions.count > this.regionsKnown) this.learnRegions();
    if (memory.direct !== this.directoryKnown) this.learnDirectory();
    if (asid !== this.asidKnown || root !== this.rootKnown) this.learnSpace(asid, root);
    for (let i = 0; i < this.largeKnown.length; i++) {
      if (this.parts.tlbs[i]!.tlb.large !== this.largeKnown[i]) this.learnLarge();
    }
  }

  private learnSpace(asid: number, root: number): void {
    this.parts.core[L.CORE_ASID_BITS / 4] = asid << PACKED_ASID_SHIFT;
    this.parts.core[L.CORE_ASID / 4] = asid;
    this.parts.core[L.CORE_ROOT / 4] = root;
    this.asidKnown = asid;
    this.rootKnown = root;
  }

  private learnLarge(): void {
    for (const [i, { tlb, record }] of this.parts.tlbs.entries()) {
      record.words[L.TLB_LARGE / 4] = this.largeKnown[i] = tlb.large;
    }
    this.learnFirsts();
  }

  /** How hits in first-level TLBs are recognised. Large entries have sets of their own: of them one page is remembered. */
  private learnFirsts(): void {
    for (const [type, { tlb, words }] of this.parts.firsts.entries()) {
      const { sets, order } = tlb.small.table;
      words[L.FIRST_SIMPLE / 4] = tlb.large === 0 && order !== null ? 1 : 0;
      const places = tlb.large > 0 ? 1 : Math.min(L.FILTER_SETS, sets);
      this.parts.core[L.CORE_FILTER_MASKS / 4 + type] = (places - 1) * 4 + 3;
    }
  }

  private learnDirectory(): void {
    const { direct } = this.hardware.memory;
    const address = this.shared.addressOf(direct);
    this.parts.core[L.CORE_DIRECTORY / 4] = address;
    this.parts.core[L.CORE_DIRECTORY_LENGTH / 4] = address === 0 ? 0 : direct.length;
    this.directoryKnown = direct;
  }

  private learnSlabs(): void {
    const { slabs } = this.hardware.memory;
    for (; this.slabsKnown < slabs.length; this.slabsKnown++) {
      if (this.slabsKnown < L.MAX_SLABS) {
        this.parts.slabs[this.slabsKnown] = this.shared.addressOf(slabs[this.slabsKnown]!);
      }
    }
  }

  private learnRegions(): void {
    const { regions } = this.hardware.tlbs;
    this.regionsKnown = regions.count;
    const known = Math.min(regions.count, PACKED_KEY_REGIONS);
    for (let region = 0; region < known; region++) this.parts.highs[region] = regions.highOf(region) | 0;
  }
}
