import { forkMs, runMade } from './model.ts';
import { between, type Finding, type Reproduction, within } from './reproduction.ts';

const GIB_PAGES = 2 ** 30 / 4096;
const SIZES_MIB = [1024, 2048, 4096];

/** How fork grows with memory. */
export const forkSlope: Reproduction = {
  name: 'fork-slope',
  title: 'fork latency per GiB of dirty private memory',
  kind: 'calibrated',
  source:
    'Redis documentation, latency (metal and KVM); gist 372356, 2010; On-Demand-Fork, EuroSys’21 (the ordinary fork)',
  async run() {
    const findings: Finding[] = [];
    for (const costs of ['metal-2010', 'eurosys21', 'epyc-9005-kvm']) {
      const slope = await slopeOf(costs);
      const nsPerPte = ((slope * 1e6) / GIB_PAGES).toFixed(1);
      findings.push(between(5, 13, `${costs}: ${nsPerPte} ns a PTE`, slope, 'ms/GiB', 2));
      if (costs === 'metal-2010')
        findings.push(within(0.03, 'the same, as published', leastSquares(GIST_2010), slope, 'ms/GiB', 2));
    }
    const paper = await runMade({ trace: 'fork-rewrite size=1G populate=1', count: 1, costs: 'eurosys21' });
    findings.push(within(0.03, 'eurosys21, fork of 1 GiB', 6.5, forkMs(paper), 'ms', 2));
    return findings;
  },
};

/** GB and milliseconds. */
const GIST_2010 = [
  [1, 16],
  [2, 31],
  [5, 72],
  [10, 128],
  [20, 214],
] as const;

/** ms/GiB of forks of these sizes. */
export async function slopeOf(costs: string, sizes = SIZES_MIB): Promise<number> {
  const points: [number, number][] = [];
  for (const mib of sizes) {
    const trace = `fork-rewrite size=${mib}M populate=1`;
    points.push([mib / 1024, forkMs(await runMade({ trace, count: 1, costs }))]);
  }
  return leastSquares(points);
}

/** Slope of the line through points that is nearest to them. */
function leastSquares(points: readonly (readonly [number, number])[]): number {
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
