import { Bench } from 'tinybench';
import { openTrace } from '../src/trace/node/open.ts';
import { runOn, runOtherMachines, TRACE } from './core.ts';
import { dirtyProcess, FORK_PAGES } from './fork.ts';
import { recorded } from './workload/recorded.ts';

/** Times parts of the tool with tinybench. */
export async function benchParts(): Promise<void> {
  const trace = await recorded(TRACE);
  await runOtherMachines(trace);
  const kernel = dirtyProcess();
  let child = 1;
  const bench = new Bench({ time: 1000, warmupTime: 200 });
  bench
    .add(`decode ${TRACE}`, async () => {
      const source = await openTrace(TRACE);
      for await (const _ of source.chunks());
    })
    .add('run it, decoded, on skylake', () => runOn('skylake', trace))
    .add('run it, decoded, TLBs only', () => runOn('tlb-64e4w-1536e12w', trace))
    .add(`fork and exit with ${FORK_PAGES.toLocaleString('en-US')} dirty pages`, () => {
      kernel.fork(1, ++child);
      kernel.exit(child);
    });
  await bench.run();
  console.table(bench.table());
}
