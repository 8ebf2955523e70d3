import { runMade } from './model.ts';
import { exactly, type Reproduction } from './reproduction.ts';

/** One byte written to a 2 MiB page that a child shares. */
export const hugePageCow: Reproduction = {
  name: 'huge-page-cow',
  title: 'bytes copied for one write to a shared 2 MiB page',
  kind: 'exact',
  source: 'Linux commit 3917c80280c9 (5.8): a huge page is split and 4 KiB copied, where 2 MiB were before',
  async run() {
    const copied = async (policy: string) => {
      const trace = 'fork-rewrite size=2M huge=1';
      return (await runMade({ trace, count: 512 + 1, policy })).memory.bytesCopied;
    };
    const before = await copied('linux-5.7');
    const since = await copied('linux-6.18');
    return [
      exactly('before 5.8', 2 ** 21, before, 'bytes'),
      exactly('since 5.8', 4096, since, 'bytes'),
      exactly('ratio', 512, before / since),
    ];
  },
};
