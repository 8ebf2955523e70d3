import { type AccessType, STORE } from '../../core/access.ts';
import { formatAddress, type Vpn } from '../../core/addr.ts';
import { placeOf } from '../../kernel/pagetable/use-bits.ts';
import type { KernelState } from '../../kernel/state.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { Finding } from './finding.ts';

/** What a page's entry showed when it was last looked at. */
interface Seen {
  place: number;
  frame: number;
  /** A and D, of those that were set. */
  bits: number;
  /** Entries into the kernel until then. */
  at: number;
}

/** Calls after which entries are those that they were: any other may have taken some away and made them anew. */
const KEEP_ENTRIES: ReadonlySet<TraceEvent['kind']> = new Set(['fork', 'mprotect', 'start', 'file', 'wait']);

/**
 * A and D only grow: an access leaves A set in the entry of its page, a store D too (SDM vol. 3A, 4.8; privileged
 * architecture, 4.3.1), and a bit that was seen set is never seen clear in the same entry of the same page, unless the
 * kernel took it and said so (kernel/pagetable/use-bits.ts). A TLB entry may outlive that: hardware then sets A again
 * only with the next walk. Each page is looked at once after every entry into the kernel.
 */
export class UseBitsCheck {
  private readonly state: KernelState;
  /** By root table, then page. */
  private readonly seen = new Map<number, Map<Vpn, Seen>>();
  private readonly taken = new Map<number, number>();
  private entries = 0;
  private reclaimed = 0;
  private operation = 'the beginning';

  constructor(state: KernelState) {
    this.state = state;
    state.useBitsTaken = this.taken;
  }

  /** The kernel handled a fault. @param operation in words */
  afterFault(operation: string): void {
    this.operation = operation;
    this.entries++;
    const { reclaimed } = this.state.counters;
    if (reclaimed !== this.reclaimed) this.seen.clear();
    this.reclaimed = reclaimed;
  }

  afterCall({ kind }: TraceEvent, operation: string): void {
    this.afterFault(operation);
    if (!KEEP_ENTRIES.has(kind)) this.seen.clear();
  }

  /** An access went through by the tables at `root`. */
  afterAccess(root: number, vpn: Vpn, type: AccessType): Finding | null {
    const { pte } = this.state;
    const pages = this.pagesOf(root);
    const seen = pages.get(vpn);
    const needed = type === STORE ? pte.accessed | pte.dirty : pte.accessed;
    if (seen?.at === this.entries && (seen.bits & needed) === needed) return null;
    return this.look(root, vpn, needed, pages, seen);
  }

  private look(
    root: number,
    vpn: Vpn,
    needed: number,
    pages: Map<Vpn, Seen>,
    seen: Seen | undefined,
  ): Finding | null {
    const { pte, tables } = this.state;
    const ref = tables.find(root, vpn, 1);
    const lo = ref ? tables.lo(ref) : 0;
    if (!ref || !pte.present(lo)) return null;
    const place = placeOf(ref);
    const frame = pte.pfn(lo, tables.hi(ref));
    const taken = this.taken.get(place) ?? 0;
    const before = seen?.place === place && seen.frame === frame ? seen.bits : 0;
    const bits = lo & (pte.accessed | pte.dirty);
    const lost = (before | needed) & ~bits & ~taken;
    if ((taken & bits) !== 0) this.taken.set(place, taken & ~bits);
    if (seen) Object.assign(seen, { place, frame, bits, at: this.entries });
    else pages.set(vpn, { place, frame, bits, at: this.entries });
    if (lost === 0) return null;
    const names = [lost & pte.accessed ? 'A' : '', lost & pte.dirty ? 'D' : ''].join('');
    const why = (before & lost) !== 0 ? 'was set before' : 'should have been set by the access';
    return {
      law: 'A and D are set by accesses and stay until the kernel takes them',
      what: `${names} of page ${formatAddress(vpn, 0)} ${why} and is clear in its entry`,
      operation: this.operation,
    };
  }

  private pagesOf(root: number): Map<Vpn, Seen> {
    let pages = this.seen.get(root);
    if (!pages) {
      pages = new Map();
      this.seen.set(root, pages);
    }
    return pages;
  }
}
