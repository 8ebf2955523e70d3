import type { AccessType, Privilege } from '../core/access.ts';
import { type Asid, type Cycle, PAGE_SHIFT, type Pfn, type Vpn } from '../core/addr.ts';
import { sizeShiftOf } from '../core/attributes.ts';
import type { Fault } from '../core/fault.ts';
import type { CacheHierarchy } from '../memory/hierarchy.ts';
import type { MemoryMap } from '../memory/memory-map.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import { type PagingMode, spanShifts } from './mode/mode.ts';
import type { PagingStructureCaches } from './psc.ts';
import { LEAF, NEXT_TABLE, OUTSIDE_MEMORY, type Refusal } from './rules/refusal.ts';
import type { WalkRules } from './rules/walk-rules.ts';
import { highOf, indexIn, LOW_BITS, lowOf } from './split.ts';
import { Walk } from './walk.ts';

export interface WalkerParts {
  readonly memory: PhysicalMemory;
  /** What PTE reads of timed walks go through. */
  readonly caches: CacheHierarchy;
  readonly psc: PagingStructureCaches | null;
  /** Where there is memory to read; null = everywhere. */
  readonly memoryMap: MemoryMap | null;
  /** Cycles to set A or D in one entry, beyond the read that found it clear. */
  readonly adUpdate: Cycle;
}

const VPN_END: Vpn = 2 ** 52;

/** What a walk does beside translating. */
const TIME = 1;
const WRITE = 2;

/** As hardware does it: through caches and PSC, in cycles, and A and D are set. */
export const TIMED = TIME | WRITE;
/** A and D are set, but no cache is touched and no time passes: for setting up. */
export const FUNCTIONAL = WRITE;
/** Leaves no trace at all: for viewers, debuggers, checks. */
export const PEEK = 0;
export type WalkEffects = typeof TIMED | typeof FUNCTIONAL | typeof PEEK;

/**
 * The page-table walker: one loop for every paging mode. {@link begin} takes an address, each {@link step} reads one
 * page-table entry and decides; {@link walk} does both to the end.
 *
 *   canonical?  ->  PSC  ->  +-> read PTE -> examine -+-> pointer: fold, set A, fill PSC, next level --+
 *                            ^                        |                                               |
 *                            +------------------------|-----------------------------------------------+
 *                                                     +-> leaf: fold -> check -> set A and D -> frame
 *
 * Refusals come in the order of the manual of the mode's family, each tagged with its step (rules/, permissions/).
 */
export class Walker {
  readonly result = new Walk();
  /** The root table of the current address space: what CR3 or satp points to. */
  root: Pfn = 0;
  /** 32-bit words before the root table in its frame: 0, but in PAE, whose four PDPTEs need only 32-byte alignment. */
  rootIndex = 0;
  asid: Asid = 0;
  rules: WalkRules;

  private readonly mode: PagingMode;
  private readonly memory: PhysicalMemory;
  private readonly caches: CacheHierarchy;
  private readonly psc: PagingStructureCaches | null;
  private readonly memoryMap: MemoryMap | null;
  private readonly adUpdate: Cycle;

  // The mode's table, compiled: by level, the index bits of an entry in the VPN, and what its leaf spans.
  private readonly shifts: Int32Array;
  private readonly indexMasks: Int32Array;
  /** log2 of the 32-bit words of a PTE. */
  private readonly wordShift: number;
  /** VPNs from here up to {@link holeEnd} are not canonical. */
  private readonly holeStart: Vpn;
  private readonly holeEnd: Vpn;

  // The entry to be read next, and what the entries so far allow together.
  private level = 0;
  private table: Pfn = 0;
  private start = 0;
  private attributes = 0;
  private low = 0;
  private high = 0;
  private effects: WalkEffects = PEEK;

  /** @param rules of the mode to walk; they may be replaced by others of the same mode */
  constructor(rules: WalkRules, parts: WalkerParts) {
    const mode = rules.mode;
    this.rules = rules;
    this.mode = mode;
    this.memory = parts.memory;
    this.caches = parts.caches;
    this.psc = parts.psc;
    this.memoryMap = parts.memoryMap;
    this.adUpdate = parts.adUpdate;
    this.shifts = spanShifts(mode);
    this.indexMasks = Int32Array.from([0, ...mode.indexBits], (bits) => 2 ** bits - 1);
    this.wordShift = mode.pteBytes === 8 ? 1 : 0;
    const half = 2 ** (mode.vaBits - 1 - PAGE_SHIFT);
    this.holeStart = mode.lowerHalf ? 2 * half : mode.canonical ? half : VPN_END;
    this.holeEnd = mode.canonical && !mode.lowerHalf ? VPN_END - half : VPN_END;
  }

  /**
   * Translates an address of the current address space: frame and attributes, or the fault, in {@link result}, which
   * the next walk overwrites. `vpn` holds all upper address bits; a mode that is not canonical ignores those above
   * its width. A store that hit a TLB entry with D clear walks again through this very method: that sets D.
   */
  walk(
    vpn: Vpn,
    offset: number,
    access: AccessType,
    privilege: Privilege,
    effects: WalkEffects = TIMED,
  ): Walk {
    let more = this.begin(vpn, offset, access, privilege, effects);
    while (more) more = this.step();
    return this.result;
  }

  /** Takes an address; false when the walk is over before any entry is read. */
  begin(vpn: Vpn, offset: number, access: AccessType, privilege: Privilege, effects: WalkEffects): boolean {
    const walk = this.result;
    walk.vpn = vpn;
    walk.offset = offset;
    walk.access = access;
    walk.privilege = privilege;
    walk.asid = this.asid;
    walk.fault = null;
    walk.cycles = 0;
    walk.pscCycles = 0;
    walk.reads = 0;
    walk.updates = 0;
    walk.level = 0;
    walk.pscLevel = 0;
    this.effects = effects;
    if (vpn >= this.holeStart && vpn < this.holeEnd) return this.refuse(this.rules.nonCanonical);

    this.low = lowOf(vpn);
    this.high = highOf(vpn);
    this.level = this.mode.levels;
    this.table = this.root;
    this.start = this.rootIndex;
    this.attributes = this.rules.rootAttributes;
    if (effects & TIME && this.psc !== null) this.skipCachedLevels(this.psc);
    return true;
  }

  /** Reads one page-table entry and goes by what it says; true when there is another to read. */
  step(): boolean {
    const { rules, result: walk } = this;
    const level = this.level;
    const table = this.table;
    const entry = indexIn(this.low, this.high, this.shifts[level]!, this.indexMasks[level]!);
    const index = this.start + (entry << this.wordShift);
    walk.level = level;
    walk.table = table;
    walk.index = index;
    if (this.memoryMap !== null && !this.memoryMap.contains(table, index * 4, this.mode.pteBytes)) {
      return this.refuse(OUTSIDE_MEMORY);
    }
    this.memory.seek(table);
    const { words, at } = this.memory;
    const lo = words[at + index]!;
    const hi = this.wordShift === 1 ? words[at + index + 1]! : 0;
    walk.lo = lo;
    walk.hi = hi;
    this.countRead();

    const verdict = rules.examine(lo, hi, level);
    if (verdict === NEXT_TABLE) {
      const followed = rules.touchedTable(lo, level);
      if (followed !== lo) this.update(followed);
      this.attributes = rules.foldTable(this.attributes, lo, hi, level);
      this.table = this.mode.format.pfnOf(lo, hi);
      this.start = 0;
      this.level = level - 1;
      if (this.effects & TIME && this.psc !== null) {
        this.psc.fill(walk.asid, this.low, this.high, level, this.table, this.attributes);
      }
      return true;
    }
    if (verdict !== LEAF) return this.refuse(verdict);

    const attributes = rules.foldLeaf(this.attributes, lo, hi, level);
    const refusal = rules.check(attributes, walk.access, walk.privilege);
    if (refusal !== null) return this.refuse(refusal, attributes);
    const touched = rules.touched(lo, walk.access);
    if (touched === lo) {
      walk.attributes = attributes;
    } else {
      this.update(touched);
      walk.attributes = rules.foldLeaf(this.attributes, touched, hi, level);
    }
    walk.pfn = this.frameIn(this.mode.format.pfnOf(lo, hi, level), sizeShiftOf(attributes));
    return false;
  }

  /** The fault of a walk that was made elsewhere (sim/accelerator) and met an entry that is not present at `level`. */
  absent(vpn: Vpn, offset: number, access: AccessType, privilege: Privilege, level: number): Fault {
    const verdict = this.rules.examine(0, 0, level) as Refusal;
    return this.faultOf(verdict, 0, vpn, offset, access, privilege, level);
  }

  private skipCachedLevels(psc: PagingStructureCaches): void {
    const walk = this.result;
    walk.cycles = walk.pscCycles = psc.latency;
    const level = psc.lookup(walk.asid, this.low, this.high);
    if (level === 0) return;
    walk.pscLevel = level;
    this.level = level - 1;
    this.table = psc.table;
    this.start = 0;
    this.attributes = psc.attributes;
  }

  /** Puts the read into the walk's columns and, in a timed walk, through the caches. */
  private countRead(): void {
    const walk = this.result;
    const row = walk.reads++;
    walk.readLevel[row] = walk.level;
    walk.readUpdated[row] = 0;
    if ((this.effects & TIME) === 0) return;
    const from = this.caches.access(this.caches.lineOf(walk.table, walk.index * 4));
    const cycles = this.caches.latencyOf(from);
    walk.readFrom[row] = from;
    walk.readCycles[row] = cycles;
    walk.cycles += cycles;
  }

  /** Writes the entry back with A or D set. The line is the one just read: no cache looks it up again. */
  private update(lo: number): void {
    if ((this.effects & WRITE) === 0) return;
    const walk = this.result;
    this.memory.write(walk.table, walk.index, lo);
    walk.readUpdated[walk.reads - 1] = 1;
    walk.updates++;
    if (this.effects & TIME) walk.cycles += this.adUpdate;
  }

  /** The frame of the address itself in a leaf of 2^shift frames; the leaf's own low bits do not count. */
  private frameIn(leaf: Pfn, shift: number): Pfn {
    if (shift === 0) return leaf;
    if (shift <= LOW_BITS) {
      const within = 2 ** shift - 1;
      return leaf - (leaf & within) + (this.low & within);
    }
    const span = 2 ** shift;
    return leaf - (leaf % span) + (this.result.vpn % span);
  }

  /** Ends the walk with a fault; `attributes` are those of the whole translation, once it has any. */
  private refuse(refusal: Refusal, attributes = 0): false {
    const { result: walk } = this;
    const { vpn, offset, access, privilege, level } = walk;
    walk.fault = this.faultOf(refusal, attributes, vpn, offset, access, privilege, level);
    return false;
  }

  private faultOf(
    refusal: Refusal,
    attributes: number,
    vpn: Vpn,
    offset: number,
    access: AccessType,
    privilege: Privilege,
    level: number,
  ): Fault {
    const { vector, code } = this.rules.exception(refusal, attributes, access, privilege, level);
    const { reason, step } = refusal;
    return { vector, code, reason, level, vpn, offset, access, privilege, step };
  }
}
