import type { AccessType } from '../../core/access.ts';
import type { Pfn } from '../../core/addr.ts';
import type { Arena } from '../../core/arena.ts';
import type { RegionTable } from '../../core/regions.ts';
import type { KernelState } from '../../kernel/state.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { Watch } from '../watch.ts';
import { ClearedAccesses } from './cleared.ts';
import { ContentsCheck } from './contents-check.ts';
import type { Finding } from './finding.ts';
import { PageViews } from './page-views.ts';
import { UseBitsCheck } from './use-bits-check.ts';

/** Calls that leave every page the memory that it was, in all address spaces that exist. */
const KEEP_PAGES: ReadonlySet<TraceEvent['kind']> = new Set(['fork', 'mprotect', 'start', 'file', 'wait']);
/** What fits a record of a packed chunk: others are looked at every time. */
const PACKED_END = 2 ** 31;

/**
 * Looks at accesses: what they find in their page, and the A and D bits that they leave. Each access is held against
 * the list of those that were looked at since the kernel last ran, by the core that runs it: the same page, type and
 * frame once more is the same answer once more.
 */
export class AccessCheck implements Watch {
  readonly cleared: ClearedAccesses;
  private readonly views: PageViews;
  private readonly contents: ContentsCheck;
  private readonly useBits: UseBitsCheck;
  private readonly report: (finding: Finding) => void;

  /** @param state of a kernel that keeps contents */
  constructor(state: KernelState, regions: RegionTable, arena: Arena, report: (finding: Finding) => void) {
    this.cleared = new ClearedAccesses(arena);
    this.contents = new ContentsCheck(state.frames, this.cleared);
    this.useBits = new UseBitsCheck(state);
    this.views = new PageViews(regions);
    this.report = report;
  }

  /** The accesses to come are of `pid`, by the tables at `root`. */
  begin(pid: number, root: Pfn): void {
    this.#afterKernel();
    this.views.select(pid, root);
    this.contents.select(pid);
    this.useBits.select(root);
  }

  /** The kernel handled a fault. @param operation in words */
  afterFault(operation: string): void {
    this.#afterKernel();
    this.useBits.afterFault(operation);
  }

  afterCall(event: TraceEvent, refused: boolean, operation: string): void {
    this.#afterKernel();
    this.contents.afterCall(event, refused);
    if ('pid' in event && !KEEP_PAGES.has(event.kind)) this.views.forget(event.pid);
    this.useBits.afterCall(event, operation);
  }

  after(record: number, offset: number, frame: Pfn): boolean {
    if (this.cleared.has(record, frame)) return false;
    const { terms } = this.cleared;
    const type = (record % 4) as AccessType;
    const view = this.views.of((record - type) / 4);
    const wrongContents = this.contents.afterAccess(view, offset, type, frame);
    const wrongBits = this.useBits.afterAccess(view, type);
    if (wrongContents !== null) this.report(wrongContents);
    if (wrongBits !== null) this.report(wrongBits);
    if (wrongContents === null && wrongBits === null && record < PACKED_END) this.cleared.add(record, frame);
    return this.cleared.terms !== terms;
  }

  #afterKernel(): void {
    this.cleared.forget();
    this.contents.afterKernel();
  }
}
