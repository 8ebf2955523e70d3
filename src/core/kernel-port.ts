import type { Asid, Cycle, Vpn } from './addr.ts';
import type { Fault } from './fault.ts';

/**
 * The two doors between hardware and kernel. The hardware raises a fault through one and is told of stale
 * translations through the other; only sim/ joins the two sides.
 */

/** What became of a fault: the access is retried, or the process got a signal instead. */
export type FaultOutcome =
  | { readonly kind: 'retry' }
  | { readonly kind: 'signal'; readonly signal: 'SIGSEGV' | 'SIGBUS' | 'SIGKILL'; readonly code: string };

/** A page fault goes out of the hardware through this. The kernel charges the ledger itself. */
export type FaultHandler = (fault: Fault) => FaultOutcome;

/** Invalidations come into the hardware through this: the counterpart of INVLPG, INVPCID, SFENCE.VMA, TLBI. */
export interface TlbMaintenance {
  /** One page of one address space; also drops the paging-structure-cache entries for it. */
  invalidatePage(asid: Asid, vpn: Vpn): void;
  /** `pages` 4 KiB pages from `vpn`. */
  invalidateRange(asid: Asid, vpn: Vpn, pages: number): void;
  /** Every non-global entry of an address space. */
  invalidateAsid(asid: Asid): void;
  /** Everything, global entries too. */
  invalidateAll(): void;
}

/** Where cycles are charged: a cause is registered once by its ledger name, then charged. */
export interface CycleSink {
  cause(name: string): number;
  charge(cause: number, cycles: Cycle): void;
  /** Cycles that ran beside others and delay nobody: work of another core. */
  hide?(cause: number, cycles: Cycle): void;
}
