import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STORE } from '../../src/core/access.ts';
import { collect } from '../../src/sim/collect.ts';
import { setsInCommon } from '../../src/sim/compare/sets-in-common.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import type { Machine } from '../../src/sim/machine/machine.ts';
import { type RunOptions, Simulation } from '../../src/sim/run.ts';
import { compact } from '../../src/trace/compaction.ts';
import { HeldSource, holdTrace } from '../../src/trace/held-trace.ts';
import { openTrace } from '../../src/trace/node/open.ts';
import type { TraceSource } from '../../src/trace/source.ts';
import { type Access, phasedAccesses, smallMachine, tightMachine } from './small-tlbs.ts';
import { sourceOf, stepsOf } from './trace-of.ts';

/** Records of several blocks of a compacted chunk. */
const RECORDS = 9000;

async function resultOf(machine: Machine, source: TraceSource, options: RunOptions): Promise<string> {
  const simulation = new Simulation(machine, source, options);
  await simulation.run(source);
  return JSON.stringify(await collect(simulation, source, 'test'));
}

/** Accesses again and again, each run of them on other pages. */
function traceOf(accesses: readonly Access[]): TraceSource {
  return sourceOf((builder) => {
    for (let i = 0; i < RECORDS; i++) {
      const { page, offset, type } = accesses[i % accesses.length]!;
      const moved = page + Math.floor(i / accesses.length);
      builder.add(type, 0, moved * 4096 + offset, 8);
    }
  });
}

/** The same trace in compacted chunks, however little that leaves out. */
function compacted(source: TraceSource, sets: number): TraceSource {
  return {
    ...source,
    async *chunks() {
      for await (const chunk of source.chunks())
        yield { ...chunk, compacted: compact(chunk.keys as Int32Array, chunk.count, chunk.events, sets) };
    },
  };
}

describe('a run of compacted chunks', () => {
  it('counts, charges and evicts as one of all records, on either core, from and to any access', async () => {
    const stretch = fc.record({ warmup: fc.nat(RECORDS / 2), limit: fc.nat(2 * RECORDS) });
    const core = fc.constantFrom('ts' as const, 'wasm' as const);
    const machine = fc.oneof(smallMachine, tightMachine);
    await fc.assert(
      fc.asyncProperty(machine, phasedAccesses, stretch, core, async (machine, accesses, ends, core) => {
        const options = { ...ends, core };
        expect(await resultOf(machine, compacted(traceOf(accesses), setsInCommon([machine])), options)).toBe(
          await resultOf(machine, traceOf(accesses), options),
        );
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 60) },
    );
  });
});

/** Two places for 2 MiB pages, whose set has nothing to do with the lowest bits of the VPN. */
const TWO_LARGE = {
  sizes: ['2M' as const],
  sets: 1,
  ways: 2,
  index: 'mask' as const,
  replacement: 'lru' as const,
  seed: 1,
};
const FIRST = 2 ** 18;

describe('large pages that come up in mid-block', () => {
  it.each(['ts', 'wasm'] as const)('take the order of use away from 4 KiB pages: core %s', async (core) => {
    const { machine: skylake } = await loadMachine('skylake');
    const { dtlb } = skylake.tlb;
    const arrays = [dtlb.arrays[0]!, TWO_LARGE];
    const machine = { ...skylake, tlb: { ...skylake.tlb, dtlb: { ...dtlb, arrays } } };
    const trace = () =>
      stepsOf(
        [
          { kind: 'start', pid: 1 },
          {
            kind: 'mmap',
            pid: 1,
            vpn: FIRST,
            pages: 3 * 512,
            prot: 'rw',
            shared: false,
            backing: { kind: 'anon' },
            thp: true,
          },
          { kind: 'switch', pid: 1 },
          // The second store to page 1 keeps its large page from being the one that makes room for the third.
          ...[1, 514, 1, 1027, 5].map((page) => ({ access: STORE as typeof STORE, page: FIRST + page })),
        ],
        true,
      );
    expect(setsInCommon([machine])).toBe(16);
    expect(await resultOf(machine, compacted(trace(), 16), { core })).toBe(
      await resultOf(machine, trace(), { core }),
    );
  });
});

/** A program's start, and processes that fork, write to shared pages and give memory back. */
const TRACES = ['traces/python3-join.lackey.br', 'traces/perl-fork.pwt'];
/** Shared and split data TLBs, large pages, RISC-V, machines that join the pieces of an access, other policies. */
const MACHINES: [name: string, set: string[]][] = [
  ['skylake', []],
  ['skylake', ['dataThroughCaches=true']],
  ['skylake', ['tlb.dtlb.arrays.0.replacement=srrip', 'tlb.itlb.arrays.0.replacement=tree-plru']],
  ['skylake', ['tlb.dtlb.arrays.0.replacement=random', 'tlb.stlb.inclusive=true']],
  ['golden-cove', []],
  ['sv39-inorder', []],
  ['champsim', []],
  ['gem5-x86', []],
];

describe.each(TRACES)('%s, held for many runs', async (path) => {
  const held = (await holdTrace(await openTrace(path), 2 ** 30, 16))!;

  it('is compacted', () => {
    expect(held.chunks.some((chunk) => chunk.compacted !== undefined)).toBe(true);
  });

  it.each(MACHINES)('gives on %s %s what the trace itself gives, to the byte', async (name, set) => {
    const { machine } = await loadMachine(name, set);
    const options = { warmup: 5000, limit: 120_000 };
    expect(await resultOf(machine, new HeldSource(held), options)).toBe(
      await resultOf(machine, await openTrace(path), options),
    );
  });
});
