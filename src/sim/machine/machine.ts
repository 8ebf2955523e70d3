import type { Replacement } from '../../tlb/replacement/index.ts';

/**
 * A machine as the simulator uses it: every key filled in, every value checked, plain data (it can be cloned,
 * printed and sent to a worker). Made by resolve.ts from a machine file; docs/machines.md explains the keys.
 * Cycles are core cycles; bytes are bytes; a size class is the page size that a translation spans.
 */
export interface Machine {
  readonly name: string;
  readonly description: string;
  readonly paging: X86Paging | RiscvPaging;
  readonly core: Core;
  readonly tlb: Tlbs;
  /** What a TLB hit does whose cached permissions refuse the access: walk again, or fault at once. */
  readonly permissionMiss: 'rewalk' | 'fault';
  readonly dirty: DirtyUpdate;
  readonly psc: PagingStructureCaches;
  readonly walkers: Walkers;
  /** The data caches that PTE reads go through, nearest to the walker first; may be empty. */
  readonly caches: readonly Cache[];
  readonly dram: {
    /** Cycles from a request to its data when no cache has the line (the whole time, not added to `caches`). */
    readonly latency: number;
  };
  /** True: loads, stores and fetches use the caches too (they cost their latency and compete with PTEs). */
  readonly dataThroughCaches: boolean;
  /** False: every PTE read costs `pteLatency` cycles and the caches are not asked. */
  readonly pteThroughCaches: boolean;
  readonly pteLatency: number;
  /** Which pages of an access that crosses a page boundary are looked up; `first` serves comparisons. */
  readonly pageCrossing: 'both' | 'first';
  readonly kernel: KernelSettings;
}

export const X86_MODES = ['x86-64', 'la57'] as const;
export const RISCV_MODES = ['sv32', 'sv39', 'sv48', 'sv57'] as const;

/** Page sizes by the names of core/attributes.ts. */
export const SIZE_CLASSES = ['4K', '64K', '2M', '4M', '1G', '512G', '256T'] as const;
export type SizeClass = (typeof SIZE_CLASSES)[number];

export interface X86Paging {
  readonly family: 'x86';
  readonly mode: (typeof X86_MODES)[number];
  /** The page size that the simple demand kernel maps. */
  readonly pageSize: SizeClass;
  readonly controls: X86Controls;
}

/** Control bits as they stand while user code runs; names are those of the manual's bits. */
export interface X86Controls {
  /** Physical-address width in bits, 32..52. */
  readonly maxphyaddr: number;
  readonly nxe: boolean;
  readonly wp: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
  readonly pge: boolean;
  readonly pke: boolean;
  readonly pks: boolean;
  /** Page1GB: 1 GiB leaves are legal. */
  readonly pdpe1gb: boolean;
}

export interface RiscvPaging {
  readonly family: 'riscv';
  readonly mode: (typeof RISCV_MODES)[number];
  readonly pageSize: SizeClass;
  readonly controls: RiscvControls;
}

export interface RiscvControls {
  /** menvcfg.ADUE: true = hardware updates A and D (Svadu), false = it faults (Svade). */
  readonly adue: boolean;
  readonly svnapot: boolean;
  readonly svpbmt: boolean;
  readonly sum: boolean;
  readonly mxr: boolean;
}

export interface Core {
  /** For printing times; cycles never depend on it. */
  readonly frequencyGHz: number;
  /** Accesses that can start in one cycle, 1..64. */
  readonly issueWidth: number;
  /** Accesses that may be under way beyond the oldest unfinished translation; 1 = it blocks the core. */
  readonly window: number;
}

export interface Tlbs {
  /** Hardware address-space tags in use (PCIDs, ASIDs); 0 = none, so an address-space switch flushes. */
  readonly asids: number;
  readonly itlb: Tlb;
  readonly dtlb: Tlb;
  /** Stores look here instead of in the DTLB; null = stores use the DTLB. */
  readonly storeTlb: Tlb | null;
  readonly stlb: SecondLevelTlb | null;
}

/** One TLB as software sees it: one or more arrays, each for the size classes it names. */
export interface Tlb {
  /** Cycles a hit here adds to the access, the lower level's lookup excluded; 0 for an L1 that keeps pace. */
  readonly latency: number;
  /** True: a walk (or an STLB hit) installs its translation here. */
  readonly fillOnMiss: boolean;
  readonly arrays: readonly TlbArray[];
}

export interface SecondLevelTlb extends Tlb {
  /** True: an entry that leaves the STLB also leaves the L1 TLBs. */
  readonly inclusive: boolean;
}

export interface TlbArray {
  readonly sizes: readonly SizeClass[];
  /** Number of sets; 1 = fully associative. */
  readonly sets: number;
  readonly ways: number;
  /** How the VPN (in units of the size class) picks the set: its low bits, or its remainder by `sets`. */
  readonly index: 'mask' | 'modulo';
  readonly replacement: Replacement;
  /** For `random`. */
  readonly seed: number;
}

export interface DirtyUpdate {
  /**
   * What a store does that hits a TLB entry whose dirty bit is clear: a microcode `assist` that sets D in the
   * PTE, a `rewalk` that sets it on the way, or a page `fault` (Svade).
   */
  readonly action: 'assist' | 'rewalk' | 'fault';
  /** Cycles charged for it, on top of the memory accesses it makes. */
  readonly cycles: number;
}

export interface PagingStructureCaches {
  /** Cycles of the lookup, all levels at once, charged once a walk when any level exists. */
  readonly latency: number;
  /** By the paging level of the table entry that is cached: '2' = PDE, '3' = PDPTE, '4' = PML4E, ... */
  readonly levels: Readonly<Record<string, { readonly sets: number; readonly ways: number }>>;
}

export interface Walkers {
  /** Walks that can be under way at once. */
  readonly count: number;
  /** TLB misses to different pages that can be outstanding, those waiting for a walker included. */
  readonly mshrs: number;
  /** Cycles to set an accessed or dirty bit, beyond the read of the PTE that the walk has made. */
  readonly adUpdate: number;
}

export interface Cache {
  readonly name: string;
  readonly bytes: number;
  readonly ways: number;
  /** Bytes of a line. */
  readonly line: number;
  /** Cycles from a request to its data when this level has the line (the whole time, not added to nearer levels). */
  readonly latency: number;
}

export interface KernelSettings {
  /** Physical memory that frames come from. */
  readonly memoryBytes: number;
  /** Cycles of one fault in the simple demand kernel, entry to return. */
  readonly faultCycles: number;
  readonly frameOrder: 'sequential' | 'random';
  readonly seed: number;
}
