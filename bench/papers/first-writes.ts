import { runMade } from './model.ts';
import { type Reproduction, within } from './reproduction.ts';

const PAGES = 2 ** 29 / 4096;

/** A child that writes to all of its memory in order: with shared tables each 512th write copies a table first. */
export const firstWrites: Reproduction = {
  name: 'first-writes',
  title: 'a sequential write after fork, with and without shared tables',
  kind: 'calibrated',
  source: 'COW PTE patches v5, cover letter: 0.770 and 0.795 us a fault over 512 MB',
  async run() {
    const plain = await faultUs('linux-6.18', PAGES);
    const shared = await faultUs('cow-pte', PAGES);
    const more = (shared / plain - 1) * 100;
    return [
      within(0.01, 'ordinary fork', 0.77, plain, 'us', 3),
      within(0.01, 'COW PTE', 0.795, shared, 'us', 3),
      within(0.15, 'more', ((0.795 - 0.77) / 0.77) * 100, more, '%', 2),
    ];
  },
};

/** Microseconds a fault when a child writes to all of so many pages in order. */
export async function faultUs(policy: string, pages: number): Promise<number> {
  const { faults, machine } = await runMade({
    trace: `fork-rewrite size=${pages * 4}K child=${pages}`,
    count: 2 * pages,
    warmup: pages,
    costs: 'cow-pte-letter',
    policy,
  });
  return faults.latency!.total / pages / machine.core.frequencyGHz / 1000;
}
