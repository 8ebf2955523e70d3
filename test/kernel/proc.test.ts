import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentPages } from '../../src/kernel/proc/pagemap.ts';
import { pagemapEntry } from '../../src/kernel/proc/pagemap-entry.ts';
import { gatherSmaps } from '../../src/kernel/proc/smaps.ts';
import { ScenarioRun } from '../../src/sim/scenario/execute.ts';
import { ScenarioMachine } from '../../src/sim/scenario/machine.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';
import { randomScenario } from '../../src/sim/scenario/random.ts';
import { entryAt, mapcounts, smapsOf, spacesOf } from '../oracle/smaps.ts';

const A = 0x100000000;
const ZERO_PAGE = 512;
const ANON = 1;

/** The word of /proc/PID/pagemap by Documentation/admin-guide/mm/pagemap.rst: bits 63, 62, 61, 56 and the frame. */
function pagemapWord(run: ScenarioRun, root: number, vpn: number, counts: Map<number, number>): bigint {
  const { kernel } = run.machine;
  const entry = entryAt(kernel, root, vpn);
  if (entry.kind !== 'page') return entry.kind === 'swap' ? 1n << 62n : 0n;
  const flags = kernel.state.frames.flags[entry.pfn]!;
  const present = (1n << 63n) | BigInt(entry.pfn);
  if (flags & ZERO_PAGE) return present;
  const file = flags & ANON ? 0n : 1n << 61n;
  return present | file | (counts.get(entry.pfn) === 1 ? 1n << 56n : 0n);
}

describe('smaps and pagemap', () => {
  it.each(['core', 'mixed', 'thp', 'file'])(
    'say what the page tables of all processes say: profile %s',
    (profile) => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
          const scenario = parseScenario(`seed ${seed}`, randomScenario(seed, profile));
          const run = new ScenarioRun(scenario);
          const { kernel } = run.machine;
          for (const [index, operation] of scenario.operations.entries()) {
            run.step(operation);
            if (index % 5 !== 0 && index < scenario.operations.length - 1) continue;
            const counts = mapcounts(kernel);
            for (const mm of spacesOf(kernel))
              for (const vma of mm.vmas) {
                expect(gatherSmaps(kernel.state, mm, vma)).toEqual(smapsOf(kernel, mm, vma, counts));
                let present = 0;
                for (let vpn = vma.start; vpn < vma.end; vpn++) {
                  const word = pagemapWord(run, mm.root, vpn, counts);
                  expect(pagemapEntry(kernel.state, mm, vpn)).toBe(word);
                  if (word >> 63n) present++;
                }
                expect(presentPages(kernel.state, mm, vma.start, vma.end)).toBe(present);
              }
          }
        }),
        { numRuns: profile === 'thp' ? 2 : 8 },
      );
    },
  );

  it('count pages on swap, in bytes, and pages given up by MADV_FREE while they are clean', () => {
    const on = new ScenarioMachine({ swapBytes: 2 ** 20 });
    const { kernel } = on;
    kernel.createProcess(1);
    kernel.mmap(1, { vpn: A, pages: 8, prot: 'rw', shared: false });
    for (let page = 0; page < 8; page++) on.access(1, A + page, 0, true);
    kernel.madvise(1, A, 2, 'pageout');
    kernel.madvise(1, A + 4, 3, 'free');
    on.access(1, A + 4, 0, true);
    const { mm } = kernel.process(1);
    expect(gatherSmaps(kernel.state, mm, mm.vmas.find(A)!)).toMatchObject({
      swap: 2 * 4096,
      resident: 6 * 4096,
      lazyFree: 2 * 4096,
      privateDirty: 4 * 4096,
      privateClean: 2 * 4096,
    });
    expect(pagemapEntry(kernel.state, mm, A)).toBe(1n << 62n);
    expect(presentPages(kernel.state, mm, A, A + 8)).toBe(6);
  });

  it('count a page that three map as a third of a page each, in 4096ths of a byte', () => {
    const on = new ScenarioMachine();
    const { kernel } = on;
    kernel.createProcess(1);
    kernel.mmap(1, { vpn: A, pages: 1, prot: 'rw', shared: false });
    on.access(1, A, 0, true);
    kernel.fork(1, 2);
    kernel.fork(1, 3);
    const { mm } = kernel.process(3);
    // 4096 x 4096 / 3 = 5592405.33.
    const third = 5_592_405;
    expect(gatherSmaps(kernel.state, mm, mm.vmas.find(A)!)).toMatchObject({
      pss: third,
      pssAnon: third,
      pssDirty: third,
      sharedDirty: 4096,
    });
  });
});
