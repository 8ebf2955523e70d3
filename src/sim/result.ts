import type { CostPreset } from '../kernel/cost/preset.ts';
import type { Machine } from './machine/machine.ts';

/** Version of the result's shape: the second number grows with new keys, the first when a key changes its meaning. */
export const RESULT_VERSION = '1.2';

/**
 * What `pagewalk run --json` writes (schema/result.schema.json). Everything is counted over the region of interest:
 * after `--warmup`, up to `--limit`. Cycles are core cycles.
 */
export interface RunResult {
  readonly pagewalk: { readonly version: string; readonly result: typeof RESULT_VERSION };
  readonly trace: TraceCounts;
  readonly machine: Machine;
  readonly kernel: { readonly name: string; readonly policy?: string; readonly costs?: CostsUsed };
  readonly cycles: {
    /** The sum of the ledger, always. */
    readonly total: number;
    readonly perAccess: number;
    readonly ledger: Readonly<Record<string, number>>;
    /** Latency that ran beside useful work, by the same causes; no part of the total. */
    readonly hidden: Readonly<Record<string, number>>;
  };
  readonly tlb: Readonly<Record<string, TlbCounts>>;
  readonly walks: WalkCounts;
  /** Requests by data cache, PTE reads included; empty without caches. */
  readonly caches: Readonly<Record<string, { readonly hits: number; readonly misses: number }>>;
  readonly faults: FaultCounts;
  readonly forks: ForkCounts;
  readonly memory: MemoryCounts;
  readonly processes: readonly ProcessCounts[];
}

/** Whose prices kernel work was charged at; `frequencyGHz` is the clock that they were counted in. */
export type CostsUsed = Omit<CostPreset, 'costs'>;

export interface TraceCounts {
  readonly path: string;
  readonly format: string;
  readonly sha256: string;
  /** Fetches + loads + stores + 2 x modifies. */
  readonly accesses: number;
  readonly fetches: number;
  /** Loads and stores alone; a modify is counted apart. */
  readonly loads: number;
  readonly stores: number;
  readonly modifies: number;
  /** Accesses (a modify once) that cross a page boundary. */
  readonly crossings: number;
  readonly events: number;
  readonly processes: number;
  /** Accesses run before counting began. */
  readonly warmup: number;
  /** Faults that a real kernel counted for the same command, where `pagewalk record --native` kept them. */
  readonly native?: { readonly minflt: number; readonly majflt: number };
}

export interface TlbCounts {
  readonly lookups: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly invalidations: number;
  /** Misses per thousand instructions: of fetches, one an instruction; of accesses in a trace without fetches. */
  readonly mpki: number;
}

export interface WalkCounts {
  /** Walks made, those that ended in a fault and the retries after it included. */
  readonly count: number;
  readonly faulted: number;
  /** PTEs read. */
  readonly steps: number;
  readonly cycles: number;
  /** Cycles that walks waited for a walker. */
  readonly queued: number;
  /** Walks by the size of the page they found. */
  readonly bySize: Readonly<Record<string, number>>;
  /** PTE reads by level (`L1` = last table) and by who answered. */
  readonly byLevel: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** A or D bits set in memory. */
  readonly adUpdates: number;
  /** Stores that hit a clean TLB entry. */
  readonly dirtyAssists: number;
  /** Hits per paging-structure cache, by level of the entry. */
  readonly psc: Readonly<Record<string, { readonly hits: number; readonly misses: number }>>;
}

/** Latencies of one kind of kernel work, in cycles. */
export interface LatencyCounts {
  readonly count: number;
  readonly total: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** How many took from this power of two to the next. */
  readonly histogram: Readonly<Record<string, number>>;
}

export interface FaultCounts {
  readonly minor: number;
  readonly major: number;
  readonly signals: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Where the kernel charges each fault by its parts. */
  readonly latency?: LatencyCounts;
}

export interface ForkCounts {
  readonly count: number;
  readonly ptesCopied: number;
  readonly tablesCopied: number;
  readonly tablesShared: number;
  readonly latency?: LatencyCounts;
  /** Each fork in turn, in cycles; the first thousand. */
  readonly each?: readonly number[];
}

export interface MemoryCounts {
  readonly framesPeak: number;
  readonly pageTableBytesPeak: number;
  readonly bytesCopied: number;
  readonly bytesZeroed: number;
  /** Most frames in use since the first fork beyond those in use at it. */
  readonly extraPeak?: number;
  /** Frames in use at the first fork. */
  readonly framesAtFork?: number;
  /** The most frames in use in each interval of so many cycles, from the beginning. */
  readonly overTime?: { readonly interval: number; readonly frames: readonly number[] };
}

export interface ProcessCounts {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly minflt: number;
  readonly majflt: number;
  /** kB, where the kernel keeps them. */
  readonly rss?: number;
  readonly rssPeak?: number;
  readonly pss?: number;
  readonly vmPte?: number;
}
