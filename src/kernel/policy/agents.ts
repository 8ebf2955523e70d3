import type { Mm } from '../mm.ts';
import type { KernelState } from '../state.ts';
import { advanceJobs, finishJobs } from './copy-job.ts';
import { MergeScanner } from './ksm.ts';

/** What works on other cores while processes run: brought up to date whenever the kernel is entered. */
export class Agents {
  private readonly k: KernelState;
  private readonly scanner = new MergeScanner();

  constructor(k: KernelState) {
    this.k = k;
  }

  advance(): void {
    const k = this.k;
    if (k.policyMemory.jobs.length > 0) advanceJobs(k);
    if (k.policy.merge) this.scanner.advance(k, k.policy.merge);
  }

  /** A process is about to run: one whose tables are still being copied copies the rest itself. True when it had to. */
  wake(mm: Mm): boolean {
    const k = this.k;
    if (!k.policyMemory.jobs.some(({ child }) => child === mm)) return false;
    k.meter.begin();
    finishJobs(k, mm);
    k.meter.end('childCopy');
    return true;
  }
}
