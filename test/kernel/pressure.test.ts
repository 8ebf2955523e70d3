import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../oracle/kernel-conservation.ts';
import { MeantProcesses, type Region } from './meaning.ts';

const MIB = 2 ** 20;
/** PG_ZERO of src/kernel/frame/frames.ts: the zero page, and the huge one once somebody read before writing. */
const ZERO = 512;

const SMALL: readonly Region[] = [
  { vpn: 0x100000000, pages: 700, shared: false },
  { vpn: 0x100010000, pages: 400, shared: true },
  { vpn: 0x100020000, pages: 200, shared: true, file: 'ext4' },
  { vpn: 0x100030000, pages: 200, shared: true, file: 'tmpfs' },
  { vpn: 0x100040000, pages: 100, shared: false, file: 'ext4' },
];

/** Two huge pages and a piece, twice; aligned to 512 pages. */
const HUGE: readonly Region[] = [
  { vpn: 0x100000000, pages: 1200, shared: false, advice: 'hugepage' },
  { vpn: 0x100010000, pages: 1100, shared: false, advice: 'hugepage' },
];

type Kind =
  | 'write'
  | 'read'
  | 'fork'
  | 'exit'
  | 'fsync'
  | 'pageout'
  | 'cold'
  | 'free'
  | 'dontneed'
  | 'collapse';

const stepsOver = (regions: readonly Region[], kinds: readonly Kind[]) =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      who: fc.nat(2),
      region: fc.constantFrom(...regions),
      from: fc.oneof(fc.nat(1199), fc.constantFrom(0, 512)),
      pages: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(512, 1024)),
      value: fc.integer({ min: 1, max: 255 }),
    }),
    { minLength: 10, maxLength: 25 },
  );

type Step = ReturnType<typeof stepsOver> extends fc.Arbitrary<(infer One)[]> ? One : never;

function perform(run: MeantProcesses, { kind, who, region, from, pages, value }: Step): void {
  const pid = run.pids[who % run.pids.length]!;
  const first = from % region.pages;
  const last = Math.min(first + pages, region.pages);
  if (kind === 'write') for (let page = first; page < last; page++) run.write(pid, region, page, value);
  else if (kind === 'read') for (let page = first; page < last; page++) run.read(pid, region, page);
  else if (kind === 'fsync') for (const file of run.files) run.on.kernel.fsync(file);
  else if (kind === 'fork') run.pids.length < 3 && run.fork(pid);
  else if (kind === 'exit') run.pids.length > 1 && run.exit(pid);
  else run.advise(pid, region, first, last, kind);
  expect(brokenLaws(run.on.kernel)).toEqual([]);
}

/** Every process still sees what it stored; when all have gone, only zero pages are left, and what files have cached or on swap. */
function finish(run: MeantProcesses, regions: readonly Region[]): void {
  const { kernel } = run.on;
  for (const pid of run.pids)
    for (const region of regions)
      for (let page = 0; page < region.pages; page += 7) run.read(pid, region, page);
  for (const pid of run.pids) kernel.exit(pid);
  const cached = run.files.reduce((sum, { cache }) => sum + cache.size, 0);
  const zeros = kernel.state.frames.flags.filter((flags) => flags & ZERO).length;
  expect(kernel.state.buddy.usedFrames).toBe(zeros + cached);
  expect(kernel.state.swap.used).toBe(run.files.reduce((sum, { swapped }) => sum + swapped.size, 0));
  expect(brokenLaws(kernel)).toEqual([]);
}

describe('with more memory in use than there is', () => {
  const kinds = [
    'write',
    'write',
    'write',
    'read',
    'read',
    'pageout',
    'cold',
    'fork',
    'exit',
    'fsync',
  ] as const;

  it('every process sees what it stored, whatever went to swap or disk and came back; counts equal the tables', () => {
    let swappedIn = 0;
    fc.assert(
      fc.property(stepsOver(SMALL, kinds), (steps) => {
        // 1,024 frames for 1,600 pages, all written at the start, and a copy of the private ones for each process.
        const run = new MeantProcesses(SMALL, {
          memoryBytes: 4 * MIB,
          swapBytes: 16 * MIB,
          readAheadPages: 32,
        });
        for (const region of SMALL)
          for (let page = 0; page < region.pages; page++) run.write(1, region, page, 9);
        for (const step of steps) perform(run, step);
        swappedIn += run.on.kernel.state.counters.swappedIn;
        finish(run, SMALL);
      }),
      { numRuns: 5 },
    );
    expect(swappedIn).toBeGreaterThan(1000);
  });
});

describe('with huge pages', () => {
  const kinds = [
    ...['write', 'write', 'read', 'fork', 'exit', 'free', 'free'],
    ...['dontneed', 'pageout', 'cold', 'collapse'],
  ] as Kind[];

  it.each([
    ['enough', 32],
    ['too little', 8],
  ])(
    'every process sees what it stored, whatever was split, collapsed, given up or swapped; %s memory',
    (_enough, mebibytes) => {
      let splits = 0;
      fc.assert(
        fc.property(stepsOver(HUGE, kinds), (steps) => {
          const run = new MeantProcesses(HUGE, { memoryBytes: mebibytes * MIB, swapBytes: 64 * MIB });
          for (const page of [0, 600, 1100]) run.write(1, HUGE[0]!, page, 9);
          for (const step of steps) perform(run, step);
          splits += run.on.kernel.state.counters.hugeSplits;
          finish(run, HUGE);
        }),
        { numRuns: 4 },
      );
      expect(splits).toBeGreaterThan(0);
    },
  );
});
