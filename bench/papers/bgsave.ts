import { runMade } from './model.ts';
import { judged, type Reproduction, within } from './reproduction.ts';

const MIB = 128;
const PAGES = MIB * 256;
/** Bytes from one store to the next while the data are loaded (trace/generate/redis-snapshot.ts). */
const LOADING_STEP = 512;
const INTERVAL = 1000;

/** Memory that Redis needs beyond its data while a child saves them. */
export const bgsave: Reproduction = {
  name: 'bgsave',
  title: 'peak of extra memory during a BGSAVE, by write rate and skew',
  kind: 'shape',
  source:
    'Redis documentation, FAQ and persistence (copy-on-write: from nothing to twice the memory); for uniform writes the number of distinct pages that n writes hit',
  async run() {
    // The child's page tables and its output buffer: what a save takes when nobody writes.
    const still = await extra(0, 0);
    const findings = [judged('no writes', 'next to nothing', percent(still), still < 0.01)];
    for (const writes of [0.1, 0.5, 1]) {
      const share = (await extra(writes, 0)) - still;
      const expected = distinct(writes * PAGES);
      findings.push(within(0.03, `uniform, ${writes * 100} % writes`, expected * 100, share * 100, '%'));
    }
    const skewed = [await extra(0.5, 0), await extra(0.5, 0.5), await extra(0.5, 0.99)] as const;
    const slow = await extra(1, 0, 64);
    return [
      ...findings,
      judged(
        '50 % writes: zipf 0, 0.5, 0.99',
        'falls with skew',
        skewed.map(percent).join(', '),
        skewed[0] > skewed[1] && skewed[1] > skewed[2],
      ),
      judged(
        'a save that takes 64 times as long',
        'twice the memory',
        `${percent(slow)} more`,
        Math.abs(slow - 1) < 0.02,
      ),
    ];
  },
};

/** Peak of frames beyond those at fork, as a share of the store. `saved`: bytes that the child saves an access of the parent. */
async function extra(writes: number, theta: number, saved = 4096): Promise<number> {
  const served = (MIB * 2 ** 20) / saved;
  const loading = (MIB * 2 ** 20) / LOADING_STEP;
  const { memory } = await runMade({
    trace: `redis-snapshot size=${MIB}M writes=${writes} theta=${theta} interval=${INTERVAL} saved=${saved}`,
    // The parent's accesses, and for each a load and a store of the child.
    count: loading + INTERVAL + 3 * served,
  });
  return memory.extraPeak! / PAGES;
}

/** Share of the pages that n random writes hit at least once. */
function distinct(n: number): number {
  return 1 - (1 - 1 / PAGES) ** n;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
