/**
 * npm run bench: what the parts cost on this host (tinybench), after other policies and machines have run in the same
 * process. npm run bench -- --reference: whole runs against a C program of the same model, as ratios.
 */
import { Bench } from 'tinybench';
import { LinuxKernel } from '../src/kernel/linux.ts';
import { PhysicalMemory } from '../src/memory/physical.ts';
import { modeNamed } from '../src/mmu/mode/index.ts';
import { loadMachine } from '../src/sim/machine/load.ts';
import { Simulation } from '../src/sim/run.ts';
import { openTrace } from '../src/trace/node/open.ts';
import { compareWith, compileReference } from './reference.ts';
import { type Columns, sourceOf } from './workload/columns.ts';
import { recorded } from './workload/recorded.ts';
import { gups, sequential, zipf } from './workload/synthetic.ts';

const TRACE = 'traces/cc1.lackey.br';
const ROUNDS = 4;
const FORK_PAGES = 262_144;

async function againstReference(): Promise<void> {
  const { program, remove } = compileReference();
  try {
    // Other machines first: a process that has run only one is not what users have.
    const trace = await recorded(TRACE);
    for (const name of ['zen5', 'champsim', 'lab-tiny']) await run(name, trace);
    console.log('workload                                       ns/access      C   ratio   goal');
    const workloads: [() => Columns, boolean, number][] = [
      [() => trace, false, 2],
      [() => sequential(4_000_000), false, 2],
      [() => zipf(2_000_000), false, 2.5],
      [() => gups(2_000_000), false, 2.5],
      [() => zipf(2_000_000), true, 2.5],
      [() => gups(2_000_000), true, 2.5],
    ];
    for (const [make, data, goal] of workloads) {
      const { name, ours, reference } = await compareWith(program, make(), data, ROUNDS);
      const label = `${name}${data ? ', data through the caches too' : ''}`;
      const figures = [ours.toFixed(1), reference.toFixed(1), (ours / reference).toFixed(2), goal.toFixed(1)];
      console.log(`${label.padEnd(46)} ${figures.map((figure) => figure.padStart(7)).join(' ')}`);
    }
  } finally {
    remove();
  }
}

async function run(machineName: string, columns: Columns): Promise<void> {
  const { machine } = await loadMachine(machineName);
  const source = sourceOf(columns, { nanoseconds: [] });
  await new Simulation(machine, source, { kernel: 'demand' }).run(source);
}

/** A process with so many private pages written. */
function dirtyProcess(): LinuxKernel {
  const kernel = new LinuxKernel({
    memory: new PhysicalMemory(),
    mode: modeNamed('x86-64'),
    contents: false,
  });
  kernel.createProcess(1);
  kernel.mmap(1, { vpn: 0x1000, pages: FORK_PAGES, prot: 'rw', shared: false, populate: true });
  return kernel;
}

async function parts(): Promise<void> {
  const trace = await recorded(TRACE);
  for (const name of ['zen5', 'champsim', 'lab-tiny']) await run(name, trace);
  const kernel = dirtyProcess();
  let child = 1;
  const bench = new Bench({ time: 1000, warmupTime: 200 });
  bench
    .add(`decode ${TRACE}`, async () => {
      const source = await openTrace(TRACE);
      for await (const _ of source.chunks());
    })
    .add('run it, decoded, on skylake', () => run('skylake', trace))
    .add('run it, decoded, TLBs only', () => run('tlb-64e4w-1536e12w', trace))
    .add(`fork and exit with ${FORK_PAGES.toLocaleString('en-US')} dirty pages`, () => {
      kernel.fork(1, ++child);
      kernel.exit(child);
    });
  await bench.run();
  console.table(bench.table());
}

await (process.argv.includes('--reference') ? againstReference() : parts());
