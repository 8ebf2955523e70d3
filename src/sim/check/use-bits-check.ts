import { type AccessType, STORE } from '../../core/access.ts';
import { formatAddress, type Pfn, type Vpn } from '../../core/addr.ts';
import type { KernelState } from '../../kernel/state.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { Finding } from './finding.ts';
import { LastTables } from './last-tables.ts';
import type { PageView } from './page-views.ts';

/** Calls after which entries are those that they were: any other may have taken some away and made them anew. */
const KEEP_ENTRIES: ReadonlySet<TraceEvent['kind']> = new Set(['fork', 'mprotect', 'start', 'file', 'wait']);

/**
 * A and D only grow: an access leaves A set in the entry of its page, a store D too (SDM vol. 3A, 4.8; privileged
 * architecture, 4.3.1), and a bit that was seen set is never seen clear in the same entry of the same page, unless the
 * kernel took it and said so (kernel/pagetable/use-bits.ts). A TLB entry may outlive that: hardware then sets A again
 * only with the next walk. A page is looked at with its first load and its first store after every entry into the kernel.
 */
export class UseBitsCheck {
  private readonly state: KernelState;
  private readonly entries: LastTables;
  private readonly taken = new Map<number, number>();
  private root: Pfn = 0;
  /** Moves on when what was seen of entries holds no more. */
  private term = 1;
  private reclaimed = 0;
  private operation = 'the beginning';

  constructor(state: KernelState) {
    this.state = state;
    this.entries = new LastTables(state.tables);
    state.useBitsTaken = this.taken;
  }

  /** The address space whose accesses come, by its root table. */
  select(root: Pfn): void {
    this.root = root;
    this.entries.begin(root);
  }

  /** The kernel handled a fault. @param operation in words */
  afterFault(operation: string): void {
    this.operation = operation;
    this.entries.begin(this.root);
    const { reclaimed } = this.state.counters;
    if (reclaimed !== this.reclaimed) this.term++;
    this.reclaimed = reclaimed;
  }

  afterCall({ kind }: TraceEvent, operation: string): void {
    this.afterFault(operation);
    if (!KEEP_ENTRIES.has(kind)) this.term++;
  }

  /** An access to a page went through. */
  afterAccess(view: PageView, type: AccessType): Finding | null {
    const { entries } = this;
    const { pte, tables } = this.state;
    if (!entries.find(view.vpn)) return null;
    const { slab, at, place } = entries;
    const lo = slab[at]!;
    if (!pte.present(lo)) return null;
    const frame = pte.pfn(lo, tables.wide ? slab[at + 1]! : 0);
    const bits = lo & (pte.accessed | pte.dirty);
    const same = view.term === this.term && view.place === place && view.frame === frame;
    const before = same ? view.bits : 0;
    view.term = this.term;
    view.place = place;
    view.frame = frame;
    view.bits = bits;
    const taken = this.taken.get(place) ?? 0;
    if ((taken & bits) !== 0) this.taken.set(place, taken & ~bits);
    const needed = type === STORE ? pte.accessed | pte.dirty : pte.accessed;
    const lost = (before | needed) & ~bits & ~taken;
    return lost === 0 ? null : this.#finding(view.vpn, lost, before);
  }

  #finding(vpn: Vpn, lost: number, before: number): Finding {
    const { pte } = this.state;
    const names = [lost & pte.accessed ? 'A' : '', lost & pte.dirty ? 'D' : ''].join('');
    const why = (before & lost) !== 0 ? 'was set before' : 'should have been set by the access';
    return {
      law: 'A and D are set by accesses and stay until the kernel takes them',
      what: `${names} of page ${formatAddress(vpn, 0)} ${why} and is clear in its entry`,
      operation: this.operation,
    };
  }
}
