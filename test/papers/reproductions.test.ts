import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultUs } from '../../bench/papers/first-writes.ts';
import { slopeOf } from '../../bench/papers/fork-slope.ts';
import { hugePageCow } from '../../bench/papers/huge-page-cow.ts';
import { REPRODUCTIONS } from '../../bench/papers/index.ts';
import { runMade } from '../../bench/papers/model.ts';
import { tableSharing } from '../../bench/papers/table-sharing.ts';

const SMALL = 'fork-rewrite size=64M populate=1';

describe('what npm run papers shows at full size holds at a small one too:', () => {
  it('fork copies no PTE of 64 MiB shared, all 16,384 of it private and dirty, or 32 PMD entries', async () => {
    expect((await runMade({ trace: `${SMALL} shared=1`, count: 1 })).forks.ptesCopied).toBe(0);
    expect((await runMade({ trace: SMALL, count: 1 })).forks).toMatchObject({
      ptesCopied: 16384,
      tablesCopied: 32,
    });
    expect((await runMade({ trace: SMALL, count: 1, policy: 'on-demand-fork' })).forks).toMatchObject({
      ptesCopied: 0,
      tablesShared: 32,
    });
  });

  it('a write to a shared 2 MiB page copied 2 MiB before Linux 5.8 and copies 4 KiB since', async () => {
    for (const { what, holds } of await hugePageCow.run()) expect(holds, what).toBe(true);
  });

  it('fork takes 5 to 13 ms a GiB at published and at measured prices', async () => {
    for (const costs of ['metal-2010', 'eurosys21', 'epyc-9005-kvm']) {
      const slope = await slopeOf(costs, [16, 32, 64]);
      expect(slope, costs).toBeGreaterThan(5);
      expect(slope, costs).toBeLessThan(13);
    }
  });

  it('sharing tables makes fork of 1 GiB 65 times faster, or not at all where it counts pages', async () => {
    for (const { what, holds } of await tableSharing.run()) expect(holds, what).toBe(true);
  });

  it('a write after fork takes 0.770 us, and 0.795 us where every 512th copies a table', async () => {
    expect(await faultUs('linux-6.18', 4096)).toBeCloseTo(0.77, 2);
    expect(await faultUs('cow-pte', 4096)).toBeCloseTo(0.795, 2);
  });
});

describe('docs/reproductions.md', () => {
  it('has a section for each reproduction, with its command and kind', () => {
    const page = readFileSync('docs/reproductions.md', 'utf8');
    for (const { name, kind } of REPRODUCTIONS) {
      expect(page).toContain(`npm run papers -- ${name}`);
      const section = page.slice(page.indexOf(`npm run papers -- ${name}`));
      expect(section.slice(0, section.indexOf('\n## '))).toContain(kind);
    }
  });
});
