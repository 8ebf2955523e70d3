import { describe, expect, it } from 'vitest';
import { runLines } from './trace-of.ts';

/**
 * docs/timing.md by hand, on `lab-tiny`: one access a cycle, blocking; ITLB and DTLB of 2 entries; STLB 5 cycles; one
 * PDE cached; L1D 2 cycles, DRAM 10; A/D update 1; dirty assist 20; a fault 100. The kernel sets A when it maps.
 */
const tiny = (lines: string[], settings: string[] = []) => runLines('lab-tiny', settings, lines);

describe('the first touch of a page', () => {
  it('costs STLB, a walk into the fault, the fault, and STLB and the whole walk again', async () => {
    // Issue 1. STLB 5, the root's entry from DRAM 10: not present. Fault 100. STLB 5, root's entry now in L1D 2,
    // then three tables that nobody read before: 10 each.
    const { cycles, walks, tlb } = await tiny(['L 0,1']);
    expect(cycles.ledger).toEqual({
      issue: 1,
      'tlb.stlb-miss': 10,
      'walk.L4.DRAM': 10,
      'walk.L4.L1D': 2,
      'walk.L3.DRAM': 10,
      'walk.L2.DRAM': 10,
      'walk.L1.DRAM': 10,
      'fault.demand': 100,
    });
    expect(cycles.total).toBe(153);
    expect([walks.count, walks.faulted, walks.steps]).toEqual([2, 1, 5]);
    expect(tlb.DTLB).toMatchObject({ lookups: 1, hits: 0, misses: 1 });
    expect(tlb.STLB).toMatchObject({ lookups: 1, hits: 0, misses: 1 });
  });

  it('beside a mapped page reads one PTE per walk: its PDE is cached, its line too', async () => {
    // Second page: issue 1, STLB 5, PTE 2, fault 100, STLB 5, PTE 2.
    const { cycles } = await tiny(['L 0,1', 'L 1000,1']);
    expect(cycles.total).toBe(153 + 115);
    expect(cycles.ledger['walk.L1.L1D']).toBe(4);
  });
});

describe('a hit', () => {
  it('in the first level costs its issue cycle alone', async () => {
    expect((await tiny(['L 0,1', 'L 8,1', 'L ff8,8'])).cycles.total).toBe(153 + 2);
  });

  it('in the STLB costs its latency: after two other pages the first is in the STLB only', async () => {
    const { cycles, tlb } = await tiny(['L 0,1', 'L 1000,1', 'L 2000,1', 'L 0,1']);
    expect(cycles.total).toBe(153 + 115 + 115 + 1 + 5);
    expect(cycles.ledger['tlb.stlb-hit']).toBe(5);
    expect(tlb.DTLB).toMatchObject({ hits: 0, misses: 4, evictions: 2 });
  });
});

describe('a store', () => {
  it('to a clean TLB entry walks to the leaf, sets D and pays the assist: 1 + 2 + 1 + 20', async () => {
    const { cycles, walks } = await tiny(['L 0,1', 'S 0,1', 'S 0,1']);
    expect(cycles.ledger).toMatchObject({ 'walk.L1.L1D': 2, 'walk.ad-update': 1, 'dirty.assist': 20 });
    expect(cycles.total).toBe(153 + 24 + 1);
    expect([walks.dirtyAssists, walks.adUpdates]).toEqual([1, 1]);
  });

  it('that maps its page sets D in that walk: one A/D update, no assist', async () => {
    const { cycles, walks } = await tiny(['S 0,1']);
    expect(cycles.total).toBe(153 + 1);
    expect([walks.dirtyAssists, walks.adUpdates]).toEqual([0, 1]);
  });

  it('as a modify is a load and a store', async () => {
    const { cycles, trace } = await tiny(['M 0,1']);
    expect(cycles.total).toBe(153 + 24);
    expect(trace).toMatchObject({ accesses: 2, loads: 0, stores: 0, modifies: 1 });
  });
});

describe('an access that crosses a page', () => {
  it('is two records, each with its own lookup and fault', async () => {
    const { cycles, tlb, trace } = await tiny(['L ffc,8']);
    expect(cycles.total).toBe(153 + 115);
    expect(tlb.DTLB!.lookups).toBe(2);
    expect(trace).toMatchObject({ accesses: 1, crossings: 1 });
  });

  it('is one record where the machine looks up the first page alone', async () => {
    expect((await tiny(['L ffc,8'], ['pageCrossing=first'])).cycles.total).toBe(153);
  });
});

describe('overlapping walks', () => {
  // Pages 0, 1, 2 are touched, then 0 and 1 again: both miss in the DTLB of two entries; there is no STLB. Each of the
  // last three records walks one PTE in 20 cycles. With S the stall before them, record 2 arrives at 3+S and is done at
  // 23+S, record 3 arrives at 4+S, record 4 at 5+S. Alone (the warm run) record 2 ends at 23+S.
  const settings = [
    'tlb.stlb=null',
    'core.window=8',
    'walkers.mshrs=8',
    'caches.0.latency=20',
    'dram.latency=20',
  ];
  const warm = ['L 0,1', 'L 1000,1', 'L 2000,1'];
  const again = ['L 0,1', 'L 1000,1'];
  const overlap = async (walkers: string) => {
    const machine = [...settings, walkers];
    const alone = await tiny(warm, machine);
    const both = await tiny([...warm, ...again], machine);
    const hidden = (cause: string) => (both.cycles.hidden[cause] ?? 0) - (alone.cycles.hidden[cause] ?? 0);
    return { stall: alone.cycles.total - 23, both, queued: both.walks.queued - alone.walks.queued, hidden };
  };

  it('queue for one walker: record 3 waits 19 and is done at 43+S, record 4 waits 38 and is done at 63+S', async () => {
    const { both, stall, queued, hidden } = await overlap('walkers.count=1');
    expect(both.cycles.total).toBe(63 + stall);
    expect(queued).toBe(19 + 38);
    expect(hidden('walk.queue')).toBe(19 + 38);
  });

  it('share two walkers: record 3 is done at 24+S, record 4 waits 18 for the first and is done at 43+S', async () => {
    const { both, stall, queued } = await overlap('walkers.count=2');
    expect(both.cycles.total).toBe(43 + stall);
    expect(queued).toBe(18);
  });

  it('run side by side on three walkers: record 4 is done at 25+S', async () => {
    const { both, stall, queued } = await overlap('walkers.count=3');
    expect(both.cycles.total).toBe(25 + stall);
    expect(queued).toBe(0);
  });
});

describe('data through the caches', () => {
  it('adds what a level costs beyond the first: 8 cycles from DRAM, none from L1D', async () => {
    const settings = ['dataThroughCaches=true'];
    // Byte 64 is a new line of the page: 10 - 2 cycles beyond L1D. The same line again costs nothing.
    const { cycles } = await tiny(['L 0,1', 'L 40,1', 'L 44,1'], settings);
    expect(cycles.ledger['data.DRAM']).toBe(8 + 8);
    expect(cycles.total).toBe(153 + 8 + 1 + 8 + 1);
  });
});
