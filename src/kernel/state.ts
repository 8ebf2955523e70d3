import type { Asid, Cycle, Pfn } from '../core/addr.ts';
import { PAGE_BYTES } from '../core/addr.ts';
import { InputError } from '../core/errors.ts';
import type { CycleSink, TlbMaintenance } from '../core/kernel-port.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import type { PagingMode } from '../mmu/mode/mode.ts';
import { CostMeter } from './cost/meter.ts';
import { FREE_OF_CHARGE, type PartCosts } from './cost/parts.ts';
import { KernelCounters } from './counters.ts';
import { LargeFolios } from './folio.ts';
import { BuddyAllocator, MAX_ORDER } from './frame/buddy.ts';
import { PageContents } from './frame/contents.ts';
import { FrameTable, PG_ZERO } from './frame/frames.ts';
import { copyOrdinary, type EntryCopier } from './pagetable/copy-ordinary.ts';
import { PteOps } from './pagetable/pte.ts';
import { PageTables } from './pagetable/table.ts';
import type { PolicyHooks } from './policy/hooks.ts';
import { PolicyMemory } from './policy/memory.ts';
import { LINUX_6_18, type Policy } from './policy/policy.ts';
import type { Process } from './process.ts';
import { SwapArea } from './reclaim/swap.ts';
import { AnonVmaRegistry } from './vma/anon-vma.ts';
import type { CachedFile } from './vma/vma.ts';

export interface KernelConfig {
  readonly mode: PagingMode;
  readonly memory: PhysicalMemory;
  /** Where invalidations go; nothing is flushed without it. */
  readonly tlb?: TlbMaintenance;
  readonly ledger?: CycleSink;
  readonly costs?: PartCosts;
  readonly policy?: Policy;
  /** A policy module's own decisions. */
  readonly hooks?: PolicyHooks;
  /** The cycle it is: what agents on other cores go by; without it they stand still. */
  readonly clock?: () => Cycle;
  /** The inner loop of fork; default: the one in TypeScript. */
  readonly copyEntries?: EntryCopier;
  /** Size of simulated memory. Default 16 GiB. */
  readonly memoryBytes?: number;
  /** Swap space; default none. */
  readonly swapBytes?: number;
  /** Keep what pages hold (default), or not, for traces that carry no values. */
  readonly contents?: boolean;
  /** /sys/kernel/mm/transparent_hugepage/enabled; default `madvise`. */
  readonly thp?: 'always' | 'madvise' | 'never';
  /** fault_around_bytes / 4096; default 16. */
  readonly faultAroundPages?: number;
  /** read_ahead_kb / 4; default 2048 (8 MiB, as measured on the reference machine). */
  readonly readAheadPages?: number;
  /** PROT_EXEC alone is not readable (x86 with protection keys: execute_only_pkey). Default true. */
  readonly execOnly?: boolean;
}

const DEFAULT_MEMORY_BYTES = 16 * 2 ** 30;

/** Everything the kernel knows: the functions of this room work on it. */
export class KernelState {
  readonly mode: PagingMode;
  readonly memory: PhysicalMemory;
  readonly tlb: TlbMaintenance | undefined;
  readonly policy: Policy;
  readonly policyMemory = new PolicyMemory();
  readonly hooks: PolicyHooks | undefined;
  readonly now: () => Cycle;
  readonly thp: 'always' | 'madvise' | 'never';
  readonly faultAroundPages: number;
  readonly readAheadPages: number;
  readonly execOnly: boolean;
  readonly keepContents: boolean;

  readonly frames: FrameTable;
  /** How ordinary entries are copied at fork. */
  readonly copyEntries: EntryCopier;
  readonly buddy: BuddyAllocator;
  readonly contents = new PageContents();
  readonly folios: LargeFolios;
  readonly pte: PteOps;
  readonly tables: PageTables;
  readonly anonVmas = new AnonVmaRegistry();
  readonly swap: SwapArea;
  readonly meter: CostMeter;
  readonly counters = new KernelCounters();
  readonly files = new Map<number, CachedFile>();
  readonly processes = new Map<number, Process>();

  /** Pages of a PMD-sized folio and its order: 512 and 9 for tables of 512 entries. */
  readonly hugePages: number;
  readonly hugeOrder: number;
  readonly zeroPfn: Pfn;
  private hugeZeroPfn: Pfn = -1;
  private nextMm = 1;
  private nextFile = 1;
  /**
   * By place of an entry (pagetable/use-bits.ts): A and D bits that the kernel took from it. Null: nobody wants to know.
   */
  useBitsTaken: Map<number, number> | null = null;
  /** Where the clock of reclaim stands. */
  reclaimHand: Pfn = 0;
  /** Frees frames when there are none left (reclaim/reclaim.ts); true when it is worth asking again. */
  reclaimer: (() => boolean) | undefined = undefined;

  constructor(config: KernelConfig) {
    const bytes = config.memoryBytes ?? DEFAULT_MEMORY_BYTES;
    const unit = 1 << MAX_ORDER;
    const frames = Math.floor(bytes / PAGE_BYTES / unit) * unit;
    if (frames < unit || frames > 2 ** 30)
      throw new InputError(`a simulated memory of ${bytes} bytes`, {
        remedy: 'choose a size from 4 MiB to 4 TiB',
      });
    this.mode = config.mode;
    this.memory = config.memory;
    this.tlb = config.tlb;
    this.policy = config.policy ?? LINUX_6_18;
    this.hooks = config.hooks;
    this.now = config.clock ?? (() => 0);
    this.thp = this.policy.hugePages === 'always' ? 'always' : (config.thp ?? 'madvise');
    this.faultAroundPages = config.faultAroundPages ?? 16;
    this.readAheadPages = config.readAheadPages ?? 2048;
    this.execOnly = config.execOnly ?? true;
    this.keepContents = config.contents ?? true;
    this.frames = new FrameTable(config.memory.arena);
    this.copyEntries = config.copyEntries ?? copyOrdinary;
    this.buddy = new BuddyAllocator(this.frames, frames);
    this.pte = new PteOps(config.mode);
    this.tables = new PageTables(config.memory, config.mode, this.pte);
    this.hugeOrder = config.mode.indexBits[0]!;
    this.hugePages = 1 << this.hugeOrder;
    this.folios = new LargeFolios(this.hugePages);
    this.swap = new SwapArea(Math.floor((config.swapBytes ?? 0) / PAGE_BYTES));
    this.meter = new CostMeter(config.costs ?? FREE_OF_CHARGE, config.ledger, this.policy.prices);
    this.zeroPfn = this.buddy.allocate(0);
    this.frames.set(this.zeroPfn, PG_ZERO);
  }

  /** True where the machine has leaves one level above the last (2 MiB on x86-64). */
  get hasHugeLeaves(): boolean {
    return this.mode.leafLevels.includes(2);
  }

  /** The huge zero folio, made at its first use; -1 when there is no memory for it. */
  hugeZero(allocate: (order: number) => Pfn): Pfn {
    if (this.hugeZeroPfn < 0) {
      const pfn = allocate(this.hugeOrder);
      if (pfn < 0) return pfn;
      for (let frame = pfn; frame < pfn + this.hugePages; frame++) this.frames.set(frame, PG_ZERO);
      this.hugeZeroPfn = pfn;
    }
    return this.hugeZeroPfn;
  }

  isZero(pfn: Pfn): boolean {
    return this.frames.has(pfn, PG_ZERO);
  }

  nextMmId(): number {
    return this.nextMm++;
  }

  nextFileId(): number {
    return this.nextFile++;
  }

  /** Every address space has a tag of its own; 16 bits, so it repeats after 65,535. */
  asidOf(mmId: number): Asid {
    return ((mmId - 1) % 0xffff) + 1;
  }
}
