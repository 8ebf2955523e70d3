import type { Pfn } from '../core/addr.ts';
import type { ClearedAccesses } from './check/cleared.ts';

/** Who looks at accesses as they happen (sim/check). */
export interface Watch {
  /** Accesses that need no look. */
  readonly cleared: ClearedAccesses;
  /**
   * A record of the running process, with its offset in the page, was translated to `frame`. True when accesses that
   * needed no look need one again.
   */
  after(record: number, offset: number, frame: Pfn): boolean;
}
