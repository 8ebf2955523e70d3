import type { AccessType } from '../../core/access.ts';
import type { Cycle, Pfn, Vpn } from '../../core/addr.ts';
import type { Fault } from '../../core/fault.ts';
import type { FaultOutcome } from '../../core/kernel-port.ts';
import type { Part } from '../../kernel/cost/parts.ts';
import type { FaultKind } from '../../kernel/counters.ts';
import type { FaultLine, FaultPath } from './fault-path.ts';

/** One thing that happens, as small as the page shows it. */
export type Happening =
  /** The machine stands ready: files in the page cache, the first process. */
  | { readonly kind: 'setup' }
  | { readonly kind: 'operation' }
  /** Another address space runs: MOV to CR3, write of satp. `flushed`: without a tag left for it, one was emptied. */
  | { readonly kind: 'switch'; readonly space: number; readonly root: Pfn; readonly flushed: boolean }
  | { readonly kind: 'issue'; readonly retry: boolean }
  /** A lookup in TLB number `tlb` of the hierarchy; `slot` -1 is a miss. */
  | { readonly kind: 'lookup'; readonly tlb: number; readonly slot: number }
  /** The entry found does not allow the access: a store to a clean page, or rights that do not fit. */
  | { readonly kind: 'refusal'; readonly clean: boolean; readonly dropped: boolean }
  /** The paging-structure caches were asked; `level` 0 is a miss. */
  | { readonly kind: 'psc'; readonly level: number }
  | ReadHappening
  /** The walker set A or D in the entry read last. */
  | { readonly kind: 'update'; readonly table: Pfn; readonly index: number; readonly lo: number }
  | { readonly kind: 'assist' }
  | { readonly kind: 'fill'; readonly tlbs: readonly number[]; readonly pfn: Pfn }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'decide'; readonly line: FaultLine }
  | { readonly kind: 'work'; readonly part: Part; readonly count: number }
  /** Further work of an operation that does too much to show it piece by piece. */
  | { readonly kind: 'more' }
  | {
      readonly kind: 'flush';
      readonly scope: 'pages' | 'space' | 'all';
      readonly space: number;
      readonly vpn: Vpn;
      readonly pages: number;
    }
  | {
      readonly kind: 'resolved';
      readonly outcome: FaultOutcome;
      readonly fault: FaultKind | undefined;
      /** Where the decisions told before led to: the same, or the telling is wrong. */
      readonly leadsTo: FaultPath['leadsTo'];
    }
  /** The access reaches its byte; `from` is the data cache that answered, -1 when data are not timed. */
  | { readonly kind: 'data'; readonly pfn: Pfn; readonly from: number }
  | { readonly kind: 'done' };

/** One page-table entry read by the walker. `index` counts 32-bit words of the table. */
export interface ReadHappening {
  readonly kind: 'read';
  readonly level: number;
  readonly table: Pfn;
  readonly index: number;
  /** The entry as it was read. */
  readonly lo: number;
  readonly hi: number;
  /** The cache that answered; the last number is memory. */
  readonly from: number;
  readonly verdict: 'table' | 'leaf' | 'refused';
}

/** Cycles of a step with the ledger's id of their cause. */
export interface Charge {
  cause: number;
  readonly cycles: Cycle;
}

export interface Step {
  readonly what: Happening;
  /** Which operation, and which access (-1 = none), it belongs to. */
  readonly operation: number;
  readonly access: number;
  readonly charges: readonly Charge[];
}

/** One access of a recording: one TLB lookup with all that follows from it. */
export interface AccessRecord {
  readonly operation: number;
  readonly pid: number;
  readonly space: number;
  readonly vpn: Vpn;
  readonly offset: number;
  readonly type: AccessType;
  readonly firstStep: number;
  lastStep: number;
}

/** One operation of a recording: a line of a scenario, an access or event of a trace. */
export interface OperationRecord {
  /** Line of the text, from 1. */
  readonly line: number;
  readonly text: string;
  /** What it does, as a sentence. */
  readonly sentence: string;
  /** 0 = nobody. */
  readonly pid: number;
  readonly firstStep: number;
  lastStep: number;
  /** What it answered, in the words of a scenario's answers; empty for a trace. */
  answer: Readonly<Record<string, unknown>>;
}
