/**
 * Where things stand in the memory that TypeScript and the WebAssembly core share: byte offsets of 32-bit words in
 * records. Both sides read this file (accelerator/ is compiled by AssemblyScript), so it holds nothing but numbers.
 * `Tally` words are counted up by the core and taken over, and cleared, by the TypeScript side after each call.
 */

/** An associative table (tlb/associative.ts). */
export const TABLE_TAGS = 0;
/** Recency words, or 0 where the ways are ordered in rings. */
export const TABLE_ORDER = 4;
export const TABLE_NEWEST = 8;
export const TABLE_OLDER = 12;
export const TABLE_NEWER = 16;
export const TABLE_SET_MASK = 20;
export const TABLE_WAYS = 24;
export const TABLE_FIFO = 28;
/** The TLB slot of its first way. */
export const TABLE_BASE = 32;
/** Tally: free slots filled. */
export const TABLE_FILLED = 36;
export const TABLE_BYTES = 40;

/** One size larger than 4 KiB that a TLB can hold. */
export const SIZE_TABLE = 0;
export const SIZE_SHIFT = 4;
/** What tells its packed tags from those of other sizes (tlb/key.ts). */
export const SIZE_TAG_BASE = 8;
/** 1 where the set is under the mask, 0 where it needs the whole VPN. */
export const SIZE_MASKED = 12;
export const SIZE_BYTES = 16;

/** A TLB (tlb/tlb.ts). */
export const TLB_SMALL = 0;
export const TLB_FRAMES = 4;
export const TLB_ATTRIBUTES = 8;
export const TLB_ALLOWED = 12;
export const TLB_SHIFTS = 16;
export const TLB_PIECES = 20;
/** Live entries larger than 4 KiB; brought up to date before each call. */
export const TLB_LARGE = 24;
export const TLB_SIZES = 28;
export const TLB_SIZE_COUNT = 32;
export const TLB_LATENCY = 36;
/** Tallies. */
export const TLB_LOOKUPS = 40;
export const TLB_MISSES = 44;
export const TLB_EVICTIONS = 48;
export const TLB_BYTES = 52;

/** The cache for one level of paging-structure entries (mmu/psc-level.ts). */
export const PSC_LEVEL = 0;
export const PSC_TAGS = 4;
export const PSC_SPACES = 8;
export const PSC_TABLES = 12;
export const PSC_ATTRIBUTES = 16;
export const PSC_CROWDS = 20;
export const PSC_GUESSES = 24;
export const PSC_NEWEST = 28;
export const PSC_OLDER = 32;
export const PSC_NEWER = 36;
export const PSC_INSIDE = 40;
export const PSC_SETS = 44;
export const PSC_MASK = 48;
export const PSC_WAYS = 52;
/** Tallies. */
export const PSC_HITS = 56;
export const PSC_MISSES = 60;
export const PSC_BYTES = 64;

/** One data cache (memory/cache.ts). */
export const CACHE_LINES = 0;
export const CACHE_SETS = 4;
export const CACHE_MASK = 8;
export const CACHE_WAYS = 12;
/** Tallies. */
export const CACHE_HITS = 16;
export const CACHE_MISSES = 20;
export const CACHE_BYTES = 24;

/** Caches with memory behind them (memory/hierarchy.ts). */
export const HIERARCHY_CACHES = 0;
export const HIERARCHY_COUNT = 4;
export const HIERARCHY_LINE_SHIFT = 8;
/** Cycles by who answers. */
export const HIERARCHY_LATENCIES = 12;
/** Tally: accesses that no cache answered. */
export const HIERARCHY_DRAM = 16;
export const HIERARCHY_BYTES = 20;

/** The core itself; its record stands at a fixed place. */
export const CORE = 64;
export const CORE_ITLB = 0;
export const CORE_DTLB = 4;
export const CORE_STORE_TLB = 8;
/** 0 where there is none. */
export const CORE_STLB = 12;
export const CORE_INCLUSIVE = 16;
export const CORE_ASID_BITS = 20;
export const CORE_ASID = 24;
export const CORE_ROOT = 28;
/** address >> 32 by region. */
export const CORE_HIGHS = 32;
export const CORE_RISCV = 36;
export const CORE_LEVELS = 40;
/** Significant bits of a VPN; the bits above repeat the top one. */
export const CORE_VPN_BITS = 44;
/** Two 64-bit words a level: what of an entry is looked at, and what must be there in a good pointer. */
export const CORE_POINTERS = 48;
/** The same of a leaf of level 1. */
export const CORE_LEAF = 52;
/** Bits of an entry: accessed, dirty, and what a followed pointer gets. */
export const CORE_ACCESSED = 56;
export const CORE_DIRTY = 60;
export const CORE_TABLE_ACCESSED = 64;
/** 0 where a clear A or D faults. */
export const CORE_HARDWARE_AD = 68;
export const CORE_ROOT_ATTRIBUTES = 72;
export const CORE_LEAF_ONLY = 76;
/** What a TLB entry allows, a byte for each of the low 12 bits of attributes. */
export const CORE_ALLOWED = 80;
/** memory/physical.ts: place + 1 by frame, its length, and the address of each slab (0 = not in this memory). */
export const CORE_DIRECTORY = 84;
export const CORE_DIRECTORY_LENGTH = 88;
export const CORE_SLABS = 92;
export const CORE_PSC = 96;
export const CORE_PSC_COUNT = 100;
export const CORE_PSC_LATENCY = 104;
export const CORE_AD_UPDATE = 108;
export const CORE_PTE_CACHES = 112;
/** 0 where data accesses do not go through the caches. */
export const CORE_DATA_CACHES = 116;
/** Ledger causes: single ones, by level * (caches + 1) + who answered, and by who answered a data access. */
export const CORE_CAUSE_STLB_HIT = 120;
export const CORE_CAUSE_STLB_MISS = 124;
export const CORE_CAUSE_PSC = 128;
export const CORE_CAUSE_AD = 132;
export const CORE_CAUSE_QUEUE = 136;
export const CORE_READ_CAUSES = 140;
export const CORE_DATA_CAUSES = 144;
/** PTE reads by level * (caches + 1) + who answered: doubles, the very ones that the result is made of. */
export const CORE_READS_BY = 148;
/** Cycles by cause, doubles, tallied. */
export const CORE_CHARGES = 152;
/** sim/window.ts: its shape and its ring. */
export const CORE_WIDTH = 156;
export const CORE_WINDOW = 160;
export const CORE_RING_MASK = 164;
export const CORE_RING_INDEX = 168;
export const CORE_RING_COMPLETION = 172;
export const CORE_RING_PARTS = 176;
export const CORE_PART_CAUSE = 180;
export const CORE_PART_CYCLES = 184;
export const CORE_HIDDEN = 188;
/** Four doubles: records issued before record 0 of the columns, stall, head and tail of the ring. Lent for one call. */
export const CORE_CLOCK = 192;
/** mmu/walker-pool.ts. */
export const CORE_WALKERS = 196;
export const CORE_WALKER_COUNT = 200;
export const CORE_MSHRS = 204;
export const CORE_MSHR_COUNT = 208;
/** Tallies; the last two are doubles. */
export const CORE_WALKS = 212;
export const CORE_READS = 216;
export const CORE_AD_WRITES = 220;
export const CORE_WALK_CYCLES = 224;
export const CORE_QUEUED = 232;
/** Tally: stores to clean entries. */
export const CORE_ASSISTS = 240;
/** A walk on a store to a clean entry: 1 where hardware makes one, its cycles beyond the walk, and their cause. */
export const CORE_ASSIST = 244;
export const CORE_ASSIST_CYCLES = 248;
export const CORE_CAUSE_ASSIST = 252;
/** By type of access: which bits of a record choose its place in the filter. Brought up to date before each call. */
export const CORE_FILTER_MASKS = 256;
/** Tally: walks that met an entry that is not present. */
export const CORE_FAULTED = 268;
/** 1 where the last call ended at a record whose misses are counted: its walk met no entry. */
export const CORE_TRIED = 272;
export const CORE_BYTES = 280;

/** What fork does to 64-bit entries of ordinary pages (kernel/pagetable/copy-ordinary.ts). Columns of frames first. */
export const COPY_FLAGS = 0;
export const COPY_REFCOUNTS = 4;
export const COPY_MAPCOUNTS = 8;
/** What an entry's low word is shifted by for its frame. */
export const COPY_PFN_SHIFT = 12;
/** A low word loses write permission by both; the bits of the third are not in the copy. */
export const COPY_AND = 16;
export const COPY_OR = 20;
export const COPY_OLD = 24;
/** Flags of a frame that are looked at, and what they are there; what is taken away. */
export const COPY_KINDS = 28;
export const COPY_ORDINARY = 32;
export const COPY_EXCLUSIVE = 36;
export const COPY_BYTES = 40;

/** What the core shall do with a record whose page was missing: leave it, try it again, the same with an empty filter. */
export const ASK_LEAVE = 0;
export const ASK_AGAIN = 1;
export const ASK_AFRESH = 2;

/** Slabs of 1 MiB that page tables can have in this memory (memory/physical.ts). */
export const MAX_SLABS = 128;

/** Parts of one latency (core/latency.ts) and of one walk: scratch of the core. */
export const SCRATCH = 512;
export const SCRATCH_BYTES = 2048;

/** The filter: records, four words for each of FILTER_SETS sets (by type), and the data-cache lines of their pages. */
export const FILTER_SETS = 64;
export const FILTER = SCRATCH + SCRATCH_BYTES;
export const FILTER_LINES = FILTER + FILTER_SETS * 16;
/** By type of access, what a hit in its first-level TLB needs: the arrays begin with the slots of 4 KiB entries. */
export const FIRST = FILTER_LINES + FILTER_SETS * 16;
/** 0 where hits are not that simple: large entries, many ways. Brought up to date before each call. */
export const FIRST_SIMPLE = 0;
export const FIRST_TAGS = 4;
export const FIRST_ORDER = 8;
export const FIRST_SET_MASK = 12;
export const FIRST_WAYS = 16;
export const FIRST_ALLOWED = 20;
export const FIRST_FRAMES = 24;
export const FIRST_FIFO = 28;
export const FIRST_BYTES = 32;
/** What arrays may take. */
export const FREE = FIRST + 3 * FIRST_BYTES;

/** Parts that the ring has room for, a record (sim/window.ts): those of one latency and a wait for a walker. */
export const RING_PARTS = 64;

/** Accesses that were looked at (sim/check/cleared.ts): two words a place, record and frame; the place is in the record. */
export const CLEARED_PLACES = 65536;
/** The frame that the access went to which ended a watched call. */
export const CLEARED_FRAME = 0;
export const CLEARED_ENTRIES = 16;
