import type { AccessType, Privilege } from '../core/access.ts';
import { LOAD, SUPERVISOR } from '../core/access.ts';
import type { Asid, Cycle, Pfn, Vpn } from '../core/addr.ts';
import type { Fault } from '../core/fault.ts';

/** PTE reads that one walk can make: the levels of the deepest mode. */
const MAX_READS = 5;

/**
 * One walk: what was asked, where it stands, and in the end what came out. The walker owns one of these and uses it
 * again for every walk: read it before the next.
 */
export class Walk {
  // What was asked.
  vpn: Vpn = 0;
  offset = 0;
  access: AccessType = LOAD;
  privilege: Privilege = SUPERVISOR;
  asid: Asid = 0;

  // Where it stands: the entry read last (in `table`, at 32-bit word `index`), or the next one to be read.
  /** Paging level, 1 = last table; 0 when no entry was read. */
  level = 0;
  table: Pfn = 0;
  index = 0;
  lo = 0;
  hi = 0;

  // What came out.
  /** Why the translation was refused; null when it was not. */
  fault: Fault | null = null;
  /** The 4 KiB frame of the address itself, also inside a superpage. */
  pfn: Pfn = 0;
  /** Folded attributes (core/attributes.ts), size included, A and D as the walk leaves them in memory. */
  attributes = 0;
  /** The whole latency: PSC lookup, PTE reads, A/D updates. 0 unless timed. */
  cycles: Cycle = 0;
  /** The PSC lookup's part of it. */
  pscCycles: Cycle = 0;
  /** PTE reads made; the columns below have as many rows. */
  reads = 0;
  /** Entries in which the walk set A or D. */
  updates = 0;
  /** Level of the paging-structure-cache entry that the walk began below; 0 when it began at the root. */
  pscLevel = 0;

  // One row a PTE read, in order.
  readonly readLevel = new Int32Array(MAX_READS);
  /** Who answered, as CacheHierarchy.access says; of a timed walk. */
  readonly readFrom = new Int32Array(MAX_READS);
  readonly readCycles = new Int32Array(MAX_READS);
  /** 1 where the entry's A or D was then set, which cost the walker's `adUpdate` cycles. */
  readonly readUpdated = new Int32Array(MAX_READS);
}
