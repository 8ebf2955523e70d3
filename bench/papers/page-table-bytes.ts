import { readLayout, traceOfLayout } from './layout.ts';
import { runMade, runSource } from './model.ts';
import { exactly, type Finding, type Reproduction } from './reproduction.ts';

const TABLE_KIB = 4;
const PTE_BYTES = 8;

/** VmPTE of processes with 1 GiB and 24 GiB, as /proc/PID/status and the Redis documentation have them. */
export const pageTableBytes: Reproduction = {
  name: 'page-table-bytes',
  title: 'VmPTE of parent and child after fork',
  kind: 'exact',
  source:
    'COW PTE patches, cover letter of RFC v2 (1 GB: 2096 kB; shared: 44 kB); Redis documentation, latency (24 GB: 48 MB)',
  run: async () => [...(await oneGib()), ...(await redis24Gb())],
};

/** The layout is of a real process whose VmPTE was the letter's; the letter does not say where its pages lay. */
async function oneGib(): Promise<Finding[]> {
  const layout = readLayout('vmpte-2096');
  const [parent, child] = (await runSource(traceOfLayout(layout), {})).processes;
  const [, shared] = (await runSource(traceOfLayout(layout), { policy: 'cow-pte-deferred' })).processes;
  return [
    exactly('1 GiB, parent after fork', 2096, parent!.vmPte!, 'kB'),
    exactly('1 GiB, child', 2096, child!.vmPte!, 'kB'),
    exactly('1 GiB, child that shares tables (COW PTE)', 44, shared!.vmPte!, 'kB'),
  ];
}

/** 24 GB / 4 kB x 8 bytes: the PTEs alone, without the tables above them. */
async function redis24Gb(): Promise<Finding[]> {
  const { forks } = await runMade({
    trace: 'fork-rewrite size=24G populate=1',
    count: 1,
    set: [`kernel.memoryBytes=${32 * 2 ** 30}`],
  });
  return [
    exactly('24 GiB (Redis), PTEs that fork copies', 48, (forks.ptesCopied * PTE_BYTES) / 2 ** 20, 'MiB'),
    exactly('24 GiB, tables that hold them', 48, (forks.tablesCopied * TABLE_KIB) / 1024, 'MiB'),
  ];
}
