import { runMade } from './model.ts';
import { exactly, type Reproduction } from './reproduction.ts';

const ONE_GIB = 'fork-rewrite size=1G populate=1';

/** What fork copies of 1 GiB: nothing, every PTE, or one PMD entry for 512 of them. */
export const forkEntries: Reproduction = {
  name: 'fork-entries',
  title: 'entries that fork copies, per GiB',
  kind: 'exact',
  source:
    'Linux commit d992895ba2b2 (shared mappings are not copied), mm/memory.c: copy_pte_range; rssys sources of On-Demand-Fork: copy_pmd_range',
  async run() {
    const shared = await runMade({ trace: `${ONE_GIB} shared=1`, count: 1 });
    const dirty = await runMade({ trace: ONE_GIB, count: 1 });
    const onDemand = await runMade({ trace: ONE_GIB, count: 1, policy: 'on-demand-fork' });
    return [
      exactly('MAP_SHARED, PTEs', 0, shared.forks.ptesCopied),
      exactly('MAP_PRIVATE and dirty, PTEs', 2 ** 30 / 4096, dirty.forks.ptesCopied),
      exactly('on-demand-fork, PTEs', 0, onDemand.forks.ptesCopied),
      exactly('on-demand-fork, PMD entries', 2 ** 30 / 2 ** 21, onDemand.forks.tablesShared),
    ];
  },
};
