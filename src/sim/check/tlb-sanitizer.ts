import { ACCESS_NAMES, type AccessType, FETCH, LOAD, STORE, USER } from '../../core/access.ts';
import { formatAddress, REGION_PAGES } from '../../core/addr.ts';
import { ATTR_GLOBAL } from '../../core/attributes.ts';
import { spanShifts } from '../../mmu/mode/mode.ts';
import type { Walk } from '../../mmu/walk.ts';
import { PEEK, Walker } from '../../mmu/walker.ts';
import type { Tlb } from '../../tlb/tlb.ts';
import type { AddressSpaces } from '../address-spaces.ts';
import type { Hardware } from '../hardware.ts';
import type { Finding } from './finding.ts';

/** Pages around a fault whose PTEs the kernel may have written: a fault-around window on either side. */
const NEAR = 16;
const NONE = -1;
/** What a TLB entry allows to user code: bit access of its mask. */
const USER_ACCESSES = 7;

/**
 * The stale-TLB sanitizer: no entry may allow what the page tables do not. It looks right after the kernel changed
 * something, so that the operation which owed the invalidation is known, and it looks at every entry, so that it does
 * not matter whether the entry would ever be hit. An entry that allows less than its PTE is legal (SDM vol. 3A,
 * 4.10.4.3: a spurious fault at worst).
 */
export class TlbSanitizer {
  private readonly hardware: Hardware;
  private readonly spaces: AddressSpaces;
  private readonly walker: Walker;
  /** The page whose load was walked last, with nothing in between that could change how. */
  private walked = NONE;

  constructor(hardware: Hardware, spaces: AddressSpaces) {
    this.hardware = hardware;
    this.spaces = spaces;
    this.walker = new Walker(hardware.mmu.walker.rules, {
      memory: hardware.memory,
      caches: hardware.caches,
      psc: null,
      memoryMap: null,
      adUpdate: 0,
    });
  }

  /** After a fault at `vpn` of the current address space: the entries of the pages around it. */
  afterFault(asid: number, vpn: number, root: number, operation: string): Finding[] {
    const { tlbs } = this.hardware;
    const findings: Finding[] = [];
    this.walked = NONE;
    const end = vpn + NEAR;
    for (let page = Math.max(0, vpn - NEAR); page <= end; ) {
      const region = tlbs.regions.find(Math.floor(page / REGION_PAGES));
      const stretchEnd = Math.min(end, page - (page % REGION_PAGES) + REGION_PAGES - 1);
      for (; region >= 0 && page <= stretchEnd; page++) {
        const key = tlbs.keyOf(asid, region, page % REGION_PAGES);
        for (const tlb of tlbs.all) {
          const slot = tlb.find(key);
          if (slot >= 0) this.#examine(tlb, slot, page, root, operation, findings);
        }
      }
      page = stretchEnd + 1;
    }
    return findings;
  }

  /** After a system call, which may have changed anything: all entries of all address spaces. */
  afterCall(operation: string): Finding[] {
    const { tlbs } = this.hardware;
    const findings: Finding[] = [];
    this.walked = NONE;
    for (const tlb of tlbs.all) {
      for (const { slot, parts } of tlb.entries()) {
        const root = this.spaces.rootOfTag(parts.asid);
        if (root === undefined) continue;
        const vpn = tlbs.regions.highOf(parts.region) * REGION_PAGES + parts.low;
        this.#examine(tlb, slot, vpn, root, operation, findings);
      }
    }
    this.#examinePointers(operation, findings);
    return findings;
  }

  /** The paging-structure caches: every pointer in them is the one that the tables of its address space hold. */
  #examinePointers(operation: string, findings: Finding[]): void {
    for (const cache of this.hardware.psc?.levels ?? []) {
      for (const { asid, vpn, table } of cache.entries()) {
        const root = this.spaces.rootOfTag(asid);
        if (root === undefined) continue;
        const truth = this.#tableBelow(root, vpn, cache.level);
        if (truth === table) continue;
        findings.push({
          law: 'no paging-structure cache points where the tables do not',
          what: `level ${cache.level}, page ${formatAddress(vpn, 0)}: table ${table}, and the tables say ${truth ?? 'none'}`,
          operation,
        });
      }
    }
  }

  /** The table that the entry of `level` points to on the way to a page; undefined where the way ends before. */
  #tableBelow(root: number, vpn: number, level: number): number | undefined {
    const { memory, mode } = this.hardware;
    const words = mode.pteBytes / 4;
    const shifts = spanShifts(mode);
    let table = root;
    for (let at = mode.levels; at >= level; at--) {
      const word = (Math.floor(vpn / 2 ** shifts[at]!) % 2 ** mode.indexBits[at - 1]!) * words;
      const lo = memory.read(table, word);
      const hi = words === 2 ? memory.read(table, word + 1) : 0;
      if (!mode.format.isPresent(lo, hi) || mode.format.isLeaf(lo, hi, at)) return undefined;
      table = mode.format.pfnOf(lo, hi);
    }
    return table;
  }

  #examine(tlb: Tlb, slot: number, vpn: number, root: number, operation: string, findings: Finding[]): void {
    if (tlb.attributes[slot]! & ATTR_GLOBAL) return;
    const problem = this.#problem(tlb, slot, vpn, root);
    if (problem === null) return;
    findings.push({
      law: 'no TLB entry allows what its page table forbids',
      what: `${tlb.name} slot ${slot} (page ${formatAddress(vpn, 0)}): ${problem}`,
      operation,
    });
  }

  /** What the entry allows and the tables do not, in words; null when there is nothing. */
  #problem(tlb: Tlb, slot: number, vpn: number, root: number): string | null {
    const { walker } = this;
    const allowed = tlb.allowed[slot]! & USER_ACCESSES;
    const frame = tlb.frameOf(slot, vpn % REGION_PAGES);
    const walk = this.#loadOf(vpn, root);
    if (
      walk.fault === null &&
      walk.pfn === frame &&
      (allowed & ~walker.rules.allowedMask(walk.attributes)) === 0
    )
      return null;
    this.walked = NONE;
    for (const access of [LOAD, FETCH, STORE] as const) {
      if ((allowed >> access) & 1) {
        const problem = this.#problemOf(access, frame, vpn);
        if (problem !== null) return problem;
      }
    }
    return null;
  }

  /** How a load of a page walks; the same for all TLBs that have an entry of it. */
  #loadOf(vpn: number, root: number): Walk {
    const { walker } = this;
    if (this.walked === vpn && walker.root === root) return walker.result;
    this.walked = vpn;
    walker.root = root;
    return walker.walk(vpn, 0, LOAD, USER, PEEK);
  }

  #problemOf(access: AccessType, frame: number, vpn: number): string | null {
    const walk = this.walker.walk(vpn, 0, access, USER, PEEK);
    if (walk.fault !== null) return `a ${ACCESS_NAMES[access]} hits, and the tables say ${walk.fault.reason}`;
    if (walk.pfn !== frame) return `it leads to frame ${frame}, and the tables to ${walk.pfn}`;
    if (access === STORE && (walk.lo & this.hardware.mode.format.dirty) === 0)
      return 'a store hits without setting D, and D is clear in the PTE';
    return null;
  }
}
