import { describe, expect, it } from 'vitest';
import { LOAD, STORE } from '../../../src/core/access.ts';
import { PG_TABLE } from '../../../src/kernel/frame/frames.ts';
import type { EntryRef } from '../../../src/kernel/pagetable/table.ts';
import { takeUseBits } from '../../../src/kernel/pagetable/use-bits.ts';
import type { KernelState } from '../../../src/kernel/state.ts';
import type { Core } from '../../../src/sim/accelerator/choose.ts';
import type { Finding } from '../../../src/sim/check/finding.ts';
import type { KernelSide } from '../../../src/sim/kernel.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { loadPolicy } from '../../../src/sim/policy/read.ts';
import { Simulation } from '../../../src/sim/run.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { type Step, stepsOf } from '../trace-of.ts';

const start: TraceEvent = { kind: 'start', pid: 1 };
const run = (pid: number): TraceEvent => ({ kind: 'switch', pid });
const map: TraceEvent = {
  kind: 'mmap',
  pid: 1,
  vpn: 0x100,
  pages: 8,
  prot: 'rw',
  shared: false,
  backing: { kind: 'anon' },
};
const store = (page: number): Step => ({ access: STORE, page: 0x100 + page });
const load = (page: number): Step => ({ access: LOAD, page: 0x100 + page });
const fork: TraceEvent = { kind: 'fork', pid: 1, child: 2 };

type Sabotage = (simulation: Simulation) => void;

async function findings(
  core: Core,
  steps: Step[],
  sabotage: Sabotage,
  policyName: string,
): Promise<readonly Finding[]> {
  const { machine } = await loadMachine('skylake');
  const { policy } = await loadPolicy(policyName);
  const source = stepsOf(steps);
  const simulation = new Simulation(machine, source, {
    kernel: 'linux',
    policy: { policy },
    check: true,
    core,
  });
  sabotage(simulation);
  await simulation.run(source);
  return simulation.checker!.findings;
}

/**
 * Runs the steps with checks on, by each of the cores: all must find the same. `sabotage` breaks something before.
 * Returns the laws found broken.
 */
async function brokenLaws(
  steps: Step[],
  sabotage: Sabotage = () => {},
  { cores = ['ts', 'wasm'], policy = 'linux-6.18' }: { cores?: readonly Core[]; policy?: string } = {},
): Promise<string[]> {
  const [first, ...others] = await Promise.all(cores.map((core) => findings(core, steps, sabotage, policy)));
  for (const other of others) expect(other).toEqual(first);
  return [...new Set(first!.map(({ law }) => law))];
}

const FORKING: Step[] = [
  start,
  map,
  run(1),
  store(0),
  store(1),
  load(2),
  fork,
  store(0),
  run(2),
  load(0),
  store(1),
  { kind: 'exit', pid: 2 },
  run(1),
  store(1),
];

/** Does something to the kernel after each event of a kind. */
function harmAfter(kernel: KernelSide, kind: TraceEvent['kind'], harm: (state: KernelState) => void): void {
  const apply = kernel.apply.bind(kernel);
  kernel.apply = (event) => {
    apply(event);
    if (event.kind === kind) harm(kernel.state!);
  };
}

const STALE = 'no TLB entry allows what its page table forbids';
const USE_BITS = 'A and D are set by accesses and stay until the kernel takes them';
const CONTENTS = 'loads see what the program stored';
const SHARED_WRITABLE = 'no writable entry leads to a shared private page';

describe('a run with checks', () => {
  it('finds nothing in a kernel that keeps the laws', async () => {
    expect(await brokenLaws(FORKING)).toEqual([]);
  });

  it('finds the stale entries when fork does not flush what it write-protected', async () => {
    const laws = await brokenLaws(FORKING, ({ spaces }) => {
      spaces.invalidateAsid = () => {};
      spaces.invalidateRange = () => {};
      spaces.invalidatePage = () => {};
    });
    expect(laws).toContain(STALE);
  });

  it('finds a mapcount that fork forgot to raise', async () => {
    const laws = await brokenLaws(FORKING, ({ kernel }) => {
      harmAfter(kernel, 'fork', ({ frames }) => {
        frames.mapcount[frames.mapcount.indexOf(2)] = 1;
      });
    });
    expect(laws).toContain('mapcounts equal the mappings that exist');
  });

  it('finds a mapcount left on a page that nobody maps any more', async () => {
    const laws = await brokenLaws(FORKING, ({ kernel }) => {
      harmAfter(kernel, 'exit', ({ frames }) => {
        frames.mapcount[frames.mapcount.indexOf(1) - 1]!++;
      });
    });
    expect(laws).toContain('mapcounts equal the mappings that exist');
  });

  it('finds a frame that nobody gave back', async () => {
    const laws = await brokenLaws(FORKING, ({ kernel }) =>
      harmAfter(kernel, 'exit', ({ buddy }) => buddy.allocate(0)),
    );
    expect(laws).toEqual(['no frame is leaked']);
  });

  it('finds a frame freed while it is mapped', async () => {
    const untilFork = FORKING.slice(0, FORKING.indexOf(fork) + 1);
    const laws = await brokenLaws(untilFork, ({ kernel }) => {
      harmAfter(kernel, 'fork', ({ frames, buddy }) => buddy.release(frames.mapcount.indexOf(2), 0));
    });
    expect(laws).toContain('no entry maps a free frame');
  });

  it('finds a page table where a program has a page', async () => {
    const laws = await brokenLaws(FORKING, ({ kernel }) => {
      harmAfter(kernel, 'exit', ({ frames }) => frames.set(frames.mapcount.indexOf(1), PG_TABLE));
    });
    expect(laws).toContain('no entry maps a page table');
  });

  it('finds a page table that two processes have', async () => {
    const laws = await brokenLaws(FORKING, ({ kernel }) => {
      harmAfter(kernel, 'fork', ({ tables, processes }) => {
        const [ours, theirs] = [1, 2].map((pid) => tables.find(processes.get(pid)!.mm.root, 0x100, 2)!);
        tables.set(theirs!, tables.lo(ours!), tables.hi(ours!));
      });
    });
    expect(laws).toContain('no frame is used twice');
  });

  it('finds a shared page table that counts a user too many', async () => {
    const harm: Sabotage = ({ kernel }) => {
      harmAfter(kernel, 'fork', ({ policyMemory, frames }) => {
        for (const table of policyMemory.tables.keys()) frames.refcount[table]!++;
      });
    };
    const laws = await brokenLaws([start, map, run(1), store(0), fork], harm, { policy: 'cow-pte' });
    expect(laws).toContain('a shared table knows its users');
  });

  it('finds a paging-structure cache that still points to a table that was given back', async () => {
    const unmap: TraceEvent = { kind: 'munmap', pid: 1, vpn: 0x100, pages: 8 };
    const laws = await brokenLaws([start, map, run(1), store(0), unmap], ({ hardware }) => {
      const psc = hardware.psc!;
      psc.invalidatePage = psc.invalidateRange = psc.invalidateAsid = psc.invalidateAll = () => {};
    });
    expect(laws).toContain('no paging-structure cache points where the tables do not');
  });

  it('finds cycles that were charged beside the clock', async () => {
    const laws = await brokenLaws(FORKING, ({ ledger }) => ledger.charge(ledger.cause('issue'), 7));
    expect(laws).toEqual(['the ledger sums to the total']);
  });

  it('finds W left in the parent by fork', async () => {
    const laws = await brokenLaws(FORKING, ({ kernel }) => {
      harmAfter(kernel, 'fork', ({ tables, processes, pte }) => {
        const entry = tables.find(processes.get(1)!.mm.root, 0x100, 1)!;
        tables.set(entry, pte.mkwrite(tables.lo(entry)), tables.hi(entry));
      });
    });
    expect(laws).toContain(SHARED_WRITABLE);
  });

  it('finds a copy-on-write copy that copied nothing', async () => {
    const steps: Step[] = [start, map, run(1), store(0), store(0), fork, store(0), load(0)];
    const laws = await brokenLaws(steps, ({ kernel }) => {
      kernel.state!.contents.copy = () => 0;
    });
    expect(laws).toEqual([CONTENTS]);
  });

  it('finds a page that still shows what MADV_DONTNEED threw away', async () => {
    const drop: TraceEvent = { kind: 'madvise', pid: 1, vpn: 0x100, pages: 8, advice: 'dontneed' };
    const steps: Step[] = [start, map, run(1), store(0), drop, load(0)];
    const laws = await brokenLaws(steps, ({ kernel }) => {
      const apply = kernel.apply.bind(kernel);
      kernel.apply = (event) => (event === drop ? undefined : apply(event));
    });
    expect(laws).toEqual([CONTENTS]);
  });

  it('finds a store that shows in another page, which was looked at before it', async () => {
    const unlock: TraceEvent = { kind: 'mprotect', pid: 1, vpn: 0x200, pages: 1, prot: 'r' };
    const steps = [start, map, run(1), load(0), load(1), unlock, load(0), load(1), store(0), load(1)];
    const laws = await brokenLaws(steps, ({ kernel, spaces }) => {
      // Page 0 may write to the zero page, which page 1 shows too: until the store both hold zeros.
      harmAfter(kernel, 'mprotect', ({ tables, processes, pte }) => {
        const entry = tables.find(processes.get(1)!.mm.root, 0x100, 1)!;
        tables.set(entry, pte.mkwrite(tables.lo(entry)) | pte.dirty, tables.hi(entry));
        spaces.invalidateAll();
      });
    });
    expect(laws).toContain(CONTENTS);
  });

  /** Stores, forks, loads again in the parent, after something was done to the entry of the page. */
  const afterFork = (harm: (state: KernelState, entry: EntryRef) => void) =>
    brokenLaws([start, map, run(1), store(0), fork, load(0)], ({ kernel }) => {
      harmAfter(kernel, 'fork', (state) => {
        harm(state, state.tables.find(state.processes.get(1)!.mm.root, 0x100, 1)!);
      });
    });

  it.each(['accessed', 'dirty'] as const)('finds an entry written back without its %s bit', async (bit) => {
    const laws = await afterFork(({ pte }, { slab, at }) => {
      slab[at]! &= ~pte[bit];
    });
    // A load that walks sets A again, D stays lost.
    expect(laws).toEqual(bit === 'dirty' ? [USE_BITS] : []);
  });

  it('lets the kernel take A and D if it says so', async () => {
    expect(await afterFork((state, entry) => takeUseBits(state, entry, state.pte.dirty))).toEqual([]);
  });

  it('finds a walker that does not write A back', async () => {
    const laws = await brokenLaws(
      [start, map, run(1), store(0), fork, run(2), load(0)],
      ({ hardware, kernel }) => {
        harmAfter(kernel, 'fork', () => {
          // The child's entries are old: their A is the walker's to set.
          hardware.memory.write = () => {};
        });
      },
      { cores: ['ts'] },
    );
    expect(laws).toEqual([USE_BITS]);
  });
});
