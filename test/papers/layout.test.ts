import { describe, expect, it } from 'vitest';
import { readLayout, traceOfLayout } from '../../bench/papers/layout.ts';
import { runSource } from '../../bench/papers/model.ts';

/** Recorded from real processes with 1 GiB of private memory: the addresses differ, and so do the tables they need. */
describe.each(['vmpte-2092', 'vmpte-2096', 'vmpte-2100'])('a process laid out as in %s', (name) => {
  const layout = readLayout(name);

  it('has as many kB of page tables as the real kernel said, and its child as many of tables and pages', async () => {
    const [parent, child] = (await runSource(traceOfLayout(layout), {})).processes;
    expect(parent!.vmPte).toBe(layout.parentVmPte);
    expect(child!.vmPte).toBe(layout.childVmPte);
    expect(child!.rss).toBe(layout.childVmRss);
  });

  it('has a child of a few tables when tables are shared: those above the last level and those it wrote below', async () => {
    const tables =
      (await runSource(traceOfLayout(layout), { policy: 'cow-pte-deferred' })).processes[1]!.vmPte! / 4;
    const spans = (shift: number) => {
      const found = new Set<number>();
      for (const { vpn, pages } of layout.mappings)
        for (let at = vpn; at < vpn + pages; at++) found.add(Math.floor(at / 2 ** shift));
      return found.size;
    };
    const touched = new Set(
      layout.mappings.flatMap(({ vpn, child }) => child.map(({ first }) => Math.floor((vpn + first) / 512))),
    );
    // PUD tables by 512 GiB, PMD tables by 1 GiB, page tables by 2 MiB.
    expect(tables).toBe(spans(27) + spans(18) + touched.size);
  });
});
