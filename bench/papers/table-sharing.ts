import { forkMs, runMade } from './model.ts';
import { type Reproduction, within } from './reproduction.ts';

/** How much faster fork is when it shares last-level tables: it depends on whether their pages are counted. */
export const tableSharing: Reproduction = {
  name: 'table-sharing',
  title: 'fork with shared page tables against ordinary fork',
  kind: 'calibrated',
  source:
    'On-Demand-Fork, EuroSys’21, abstract (65x at 1 GB); COW PTE patches v5, cover letter (both about 10 ms at 512 MB)',
  async run() {
    const time = async (size: string, costs: string, policy: string) =>
      forkMs(await runMade({ trace: `fork-rewrite size=${size} populate=1`, count: 1, costs, policy }));
    const fork = await time('1G', 'eurosys21', 'linux-6.18');
    const onDemand = await time('1G', 'eurosys21', 'on-demand-fork');
    const plain = await time('512M', 'cow-pte-letter', 'linux-6.18');
    const eager = await time('512M', 'cow-pte-letter', 'cow-pte');
    return [
      within(0.05, 'on-demand-fork, 1 GiB: times faster', 65, fork / onDemand),
      within(0.05, 'ordinary fork, 512 MiB', 10, plain, 'ms', 2),
      within(0.05, 'COW PTE that counts at fork, 512 MiB', 10, eager, 'ms', 2),
      within(0.05, 'COW PTE that counts at fork: times faster', 1, plain / eager, '', 2),
    ];
  },
};
