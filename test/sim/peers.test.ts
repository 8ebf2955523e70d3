import { describe, expect, it } from 'vitest';
import { collect } from '../../src/sim/collect.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import type { RunResult } from '../../src/sim/result.ts';
import { Simulation } from '../../src/sim/run.ts';
import { openTrace } from '../../src/trace/node/open.ts';

async function run(trace: string, settings: string[]): Promise<RunResult> {
  const { machine } = await loadMachine('tlb-64e4w-1536e12w', settings);
  const source = await openTrace(`test/fixtures/traces/${trace}.lackey.br`);
  const simulation = new Simulation(machine, source);
  await simulation.run(source);
  return collect(simulation, source, 'test');
}

const l1 = (settings: string) => [`tlb.itlb.arrays.0.${settings}`, `tlb.dtlb.arrays.0.${settings}`];
const FIFO = l1('replacement=fifo');
const FULL = [...l1('sets=1'), ...l1('ways=64')];
const FIRST = ['pageCrossing=first'];
const L2_1024E8W = ['tlb.stlb.arrays.0.ways=8'];
const PAGES_2M = ['paging.pageSize=2M', ...l1('sizes=[2M]'), ...l1('sets=8'), 'tlb.stlb.arrays.0.sizes=[2M]'];

/**
 * Lookups and misses of ITLB, DTLB and, where given, L2, as Dinero IV, DynamoRIO's drmemtrace TLB simulator and a C
 * reference count them (all three agree): see test/fixtures/traces/README.md.
 */
const PEERS: [trace: string, name: string, settings: string[], counts: number[]][] = [
  ['sort-400k', '64e4w,first,lru', FIRST, [283067, 3, 118668, 34]],
  ['sort-400k', '64e4w,split,lru', [], [283067, 3, 118726, 34]],
  ['sort-400k', '64e4w,split,fifo', FIFO, [283067, 3, 118726, 34]],
  ['sort-400k', '64e-full,split,lru', FULL, [283067, 3, 118726, 34]],
  ['sort-400k', '32e4w-2MiB,split,lru', PAGES_2M, [283067, 2, 118668, 5]],
  ['sort-400k', '64e4w+1024e8w,split,lru', L2_1024E8W, [283067, 3, 118726, 34, 37, 37]],
  ['sort-400k', '64e4w+1536e12w,first,lru', FIRST, [283067, 3, 118668, 34, 37, 37]],
  ['sort-400k', '64e4w+1536e12w,split,lru', [], [283067, 3, 118726, 34, 37, 37]],
  ['cc1-1M', '64e4w,first,lru', FIRST, [693131, 1951, 309078, 2743]],
  ['cc1-1M', '64e4w,split,lru', [], [693425, 1951, 309088, 2743]],
  ['cc1-1M', '64e4w,split,fifo', FIFO, [693425, 2249, 309088, 3367]],
  ['cc1-1M', '64e-full,split,lru', FULL, [693425, 1796, 309088, 2009]],
  ['cc1-1M', '32e4w-2MiB,split,lru', PAGES_2M, [693131, 12, 309078, 13]],
  ['cc1-1M', '64e4w+1024e8w,split,lru', L2_1024E8W, [693425, 1951, 309088, 2743, 4694, 673]],
  ['cc1-1M', '64e4w+1536e12w,first,lru', FIRST, [693131, 1951, 309078, 2743, 4694, 669]],
  ['cc1-1M', '64e4w+1536e12w,split,lru', [], [693425, 1951, 309088, 2743, 4694, 669]],
];

describe('TLB counts equal those of Dinero IV, drmemtrace and the C reference', () => {
  it.each(PEERS)('%s, %s', async (trace, _name, settings, expected) => {
    const { tlb } = await run(trace, settings);
    const counts = [tlb.ITLB, tlb.DTLB, tlb.STLB].flatMap((one) => [one!.lookups, one!.misses]);
    expect(counts.slice(0, expected.length)).toEqual(expected);
  });
});

describe('a real trace', () => {
  it('is counted record by record: 1,000,000 lackey lines of cc1', async () => {
    const { trace, walks, faults } = await run('cc1-1M', []);
    expect(trace).toMatchObject({
      accesses: 1002209,
      fetches: 693131,
      loads: 180969,
      stores: 123691,
      modifies: 2209,
    });
    expect(trace.crossings).toBe(304);
    // 669 pages touched; 130 written, 92 of them read or fetched first: those hit a clean entry.
    expect([faults.minor, walks.adUpdates, walks.dirtyAssists]).toEqual([669, 130, 92]);
  });

  it('has a ledger that sums to its total, on every preset', async () => {
    const source = () => openTrace('test/fixtures/traces/sort-400k.lackey.br');
    for (const name of ['skylake', 'zen3', 'champsim', 'lab-tiny', 'sv39-inorder']) {
      const { machine } = await loadMachine(name);
      const trace = await source();
      const simulation = new Simulation(machine, trace);
      await simulation.run(trace);
      const { cycles } = await collect(simulation, trace, 'test');
      const sum = Object.values(cycles.ledger).reduce((total, line) => total + line, 0);
      expect(cycles.total, name).toBeGreaterThan(0);
      expect(sum, name).toBe(cycles.total);
    }
  });
});

describe('warm-up and limit', () => {
  it('split a run: the accesses of two halves are those of the whole, and page faults happen once', async () => {
    const { machine } = await loadMachine('tlb-64e4w-1536e12w');
    const half = async (warmup: number, limit: number) => {
      const source = await openTrace('test/fixtures/traces/sort-400k.lackey.br');
      const simulation = new Simulation(machine, source, { warmup, limit });
      await simulation.run(source);
      return collect(simulation, source, 'test');
    };
    const whole = await run('sort-400k', []);
    const first = await half(0, 200_001);
    const second = await half(200_001, Number.MAX_SAFE_INTEGER);
    expect(first.trace.accesses).toBe(200_001);
    expect(first.trace.accesses + second.trace.accesses).toBe(whole.trace.accesses);
    expect(second.trace.warmup).toBe(200_001);
    expect(first.faults.minor + second.faults.minor).toBe(whole.faults.minor);
    for (const name of ['ITLB', 'DTLB', 'STLB']) {
      expect(first.tlb[name]!.lookups + second.tlb[name]!.lookups).toBe(whole.tlb[name]!.lookups);
      expect(first.tlb[name]!.misses + second.tlb[name]!.misses).toBe(whole.tlb[name]!.misses);
    }
  });
});
