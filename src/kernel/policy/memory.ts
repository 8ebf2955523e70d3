import type { Pfn, Vpn } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import type { CachedFile } from '../vma/vma.ts';
import type { VmObject } from './vm-object.ts';

/** A last-level page table that several address spaces use, or that one uses which has not made it its own yet. */
export interface SharedTable {
  /** The address space whose resident pages and tables it counts for (`deferred` accounting); none once that left. */
  owner: Mm | undefined;
  /** The address space by whose number large folios know the entries of this table (folio.ts). */
  countedAs: number;
}

/** Part of a table of the parent that the child has yet to copy: `count` pages from `vpn`. */
export interface PendingPiece {
  readonly vpn: Vpn;
  readonly count: number;
}

/** A child whose last-level tables are being copied while the parent runs. */
export interface CopyJob {
  readonly parent: Mm;
  readonly child: Mm;
  /** By the first page of each table's span: the pieces of it that belong to copied VMAs. In order of address. */
  readonly pending: Map<Vpn, PendingPiece[]>;
  /** Up to when the agent's time is accounted for, in cycles. */
  at: number;
  /** Agent's cycles that are left over, or owed for a table that it has begun. */
  credit: number;
  /** The span of that table, -1 when nothing is owed. */
  inFlight: Vpn;
}

/** A VMA as it was. */
export interface RememberedArea {
  readonly start: Vpn;
  readonly end: Vpn;
  readonly flags: number;
  readonly pgoff: number;
  readonly file: CachedFile | undefined;
}

/** An original page, by a reference of its own, or the swap entry that stood for it. */
export type SavedPage =
  | { readonly kind: 'page'; readonly pfn: Pfn; readonly dirty: boolean }
  | { readonly kind: 'swap'; readonly lo: number; readonly hi: number };

/** What an address space was, and what has become of it since (session.ts). */
export interface Session {
  /** Process that runs in it until it is restored. */
  readonly child: number;
  readonly areas: readonly RememberedArea[];
  readonly startBrk: Vpn;
  readonly brk: Vpn;
  readonly lockedPages: number;
  readonly saved: Map<Vpn, SavedPage>;
  /** First pages that were absent and are not, with how many there are from each. */
  readonly fresh: Map<Vpn, number>;
  /** Ranges that were emptied or moved away; whatever is there now is new. */
  readonly replaced: { readonly start: Vpn; readonly end: Vpn }[];
  /** Files without a name that live on for the mappings to come back. */
  readonly pinned: readonly CachedFile[];
}

/** What policies keep beside the page tables. Nothing of it exists under Linux 6.18. */
export class PolicyMemory {
  /** By frame of the table. */
  readonly tables = new Map<Pfn, SharedTable>();
  readonly jobs: CopyJob[] = [];
  /** Frames (heads of folios) that a memory object holds a reference of. */
  readonly holders = new Map<Pfn, VmObject>();
  readonly sessions = new Map<Mm, Session>();

  /** A table may be not its address space's own: to be asked before any PTE is changed. */
  get sharesTables(): boolean {
    return this.tables.size > 0 || this.jobs.length > 0;
  }
}
