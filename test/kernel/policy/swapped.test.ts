import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyNames } from '../../../src/sim/policy/preset-files.ts';
import { loadPolicy } from '../../../src/sim/policy/read.ts';
import { brokenPolicyLaws } from '../../oracle/policy-conservation.ts';
import { MeantProcesses, type Region } from '../meaning.ts';

const MIB = 2 ** 20;

const REGIONS: readonly Region[] = [
  { vpn: 0x100000000, pages: 80, shared: false },
  { vpn: 0x100010000, pages: 40, shared: true },
  { vpn: 0x100020000, pages: 40, shared: true, file: 'tmpfs' },
  { vpn: 0x100030000, pages: 40, shared: false, file: 'ext4' },
  { vpn: 0x100040000, pages: 600, shared: false, advice: 'hugepage' },
];

const KINDS = [
  'write',
  'write',
  'read',
  'read',
  'fork',
  'exit',
  'pageout',
  'cold',
  'free',
  'dontneed',
] as const;
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    who: fc.nat(2),
    region: fc.constantFrom(...REGIONS),
    from: fc.nat(599),
    pages: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(600)),
    value: fc.integer({ min: 1, max: 255 }),
  }),
  { minLength: 15, maxLength: 40 },
);

/** Under these a child shares its parent's memory for a time. */
const SHARING_SPACE = ['vfork', 'snapshot-restore'];

describe.each(policyNames().filter((name) => !SHARING_SPACE.includes(name)))(
  'under %s, with swap',
  (name) => {
    it('every process sees what it stored, and counts equal what the page tables say', async () => {
      const { policy } = await loadPolicy(name);
      fc.assert(
        fc.property(steps, (trace) => {
          const run = new MeantProcesses(REGIONS, { policy, swapBytes: 16 * MIB, readAheadPages: 8 });
          for (const { kind, who, region, from, pages, value } of trace) {
            const pid = run.pids[who % run.pids.length]!;
            run.on.kernel.schedule(pid);
            const first = from % region.pages;
            const last = Math.min(first + pages, region.pages);
            if (kind === 'write')
              for (let page = first; page < last; page++) run.write(pid, region, page, value);
            else if (kind === 'read') for (let page = first; page < last; page++) run.read(pid, region, page);
            else if (kind === 'fork') run.pids.length < 3 && run.fork(pid);
            else if (kind === 'exit') run.pids.length > 1 && run.exit(pid);
            else run.advise(pid, region, first, last, kind);
            expect(brokenPolicyLaws(run.on.kernel)).toEqual([]);
          }
          for (const pid of run.pids) {
            run.on.kernel.schedule(pid);
            for (const region of REGIONS)
              for (let page = 0; page < region.pages; page += 3) run.read(pid, region, page);
          }
          for (const pid of run.pids) run.on.kernel.exit(pid);
          expect(brokenPolicyLaws(run.on.kernel)).toEqual([]);
          expect(run.on.kernel.state.swap.used).toBe(
            run.files.reduce((sum, { swapped }) => sum + swapped.size, 0),
          );
        }),
        { numRuns: 4 },
      );
    });
  },
);

describe('a snapshot of memory that is partly on swap', () => {
  const [anon, , , file, huge] = REGIONS as [Region, Region, Region, Region, Region];

  it('is put back when the child ends, whatever the child stored, dropped, gave up or read back', async () => {
    const { policy } = await loadPolicy('snapshot-restore');
    const run = new MeantProcesses(REGIONS, { policy, swapBytes: 16 * MIB });
    const { kernel } = run.on;
    for (const region of [anon, file, huge])
      for (let page = 0; page < region.pages / 2; page++) run.write(1, region, page, 1 + (page % 200));
    run.advise(1, anon, 0, 20, 'pageout');
    run.advise(1, huge, 0, 8, 'pageout');
    const onSwap = kernel.state.swap.used;
    expect(onSwap).toBeGreaterThanOrEqual(20);
    run.fork(1);
    // The child: stores over pages on swap, in memory and not there yet; reads others back; drops and gives up some.
    for (const region of [anon, file, huge])
      for (let page = 5; page < region.pages; page += 5) run.write(2, region, page, 250);
    for (let page = 0; page < 10; page++) run.read(2, anon, page);
    run.advise(2, anon, 11, 14, 'dontneed');
    run.advise(2, anon, 24, 26, 'free');
    run.advise(2, huge, 100, 110, 'dontneed');
    for (let page = 0; page < 80; page++) run.read(2, anon, page);
    expect(brokenPolicyLaws(kernel)).toEqual([]);
    run.exit(2);
    for (const region of [anon, file, huge])
      for (let page = 0; page < region.pages; page++) run.read(1, region, page);
    expect(brokenPolicyLaws(kernel)).toEqual([]);
    kernel.exit(1);
    expect([kernel.state.swap.used, brokenPolicyLaws(kernel)]).toEqual([0, []]);
  });

  it('keeps nothing once its process has gone itself', async () => {
    const { policy } = await loadPolicy('snapshot-restore');
    const run = new MeantProcesses(REGIONS, { policy, swapBytes: 16 * MIB });
    const { kernel } = run.on;
    for (let page = 0; page < 40; page++) run.write(1, anon, page, 7);
    run.advise(1, anon, 0, 10, 'pageout');
    run.fork(1);
    for (let page = 0; page < 40; page++) run.write(2, anon, page, 8);
    kernel.exit(1);
    kernel.exit(2);
    expect([kernel.state.swap.used, brokenPolicyLaws(kernel)]).toEqual([0, []]);
    expect(kernel.state.policyMemory.sessions.size).toBe(0);
  });
});
