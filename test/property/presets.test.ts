import { describe, expect, it } from 'vitest';
import type { AccessType } from '../../src/core/access.ts';
import { sizeShiftNamed } from '../../src/core/attributes.ts';
import { DemandKernel } from '../../src/kernel/demand.ts';
import { PhysicalMemory } from '../../src/memory/physical.ts';
import { modeNamed } from '../../src/mmu/mode/index.ts';
import { rulesFor } from '../../src/mmu/rules/index.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import type { Machine } from '../../src/sim/machine/machine.ts';
import { presetNames } from '../../src/sim/machine/preset-files.ts';
import { Simulation } from '../../src/sim/run.ts';
import { type Chunk, CONTINUES, OFFSET_MASK } from '../../src/trace/chunk.ts';
import { openTrace } from '../../src/trace/node/open.ts';
import type { TraceSource } from '../../src/trace/source.ts';
import { OracleCpu } from '../oracle/cpu.ts';
import { controlsOf } from './rig.ts';

const TRACE = 'test/fixtures/traces/cc1-1M.lackey.br';
const PID = 1;

/** The trace with its records in doubles: the core then takes them one by one and filters nothing. */
function unpacked(source: TraceSource): TraceSource {
  async function* chunks(): AsyncGenerator<Chunk> {
    for await (const chunk of source.chunks()) {
      yield { ...chunk, keys: Float64Array.from(chunk.keys, (key) => key >>> 0) };
    }
  }
  return new Proxy(source, {
    get: (target, key) => (key === 'chunks' ? chunks : Reflect.get(target, key, target)),
  });
}

async function simulate(machine: Machine, limit: number, wrap = (source: TraceSource) => source) {
  const source = wrap(await openTrace(TRACE));
  const run = new Simulation(machine, source, { limit });
  await run.run(source);
  const { hardware, ledger, window, totalCycles } = run;
  return {
    total: totalCycles,
    ledger: ledger.lines(),
    tlb: hardware.tlbs.all.map(({ name, lookups, misses, evictions }) => [name, lookups, misses, evictions]),
    walks: { ...hardware.mmu.counters },
    caches: hardware.dataCaches.caches.map(({ hits, misses }) => [hits, misses]),
    psc: (hardware.psc?.levels ?? []).map(({ hits, misses }) => [hits, misses]),
    hidden: [...window.hidden].reduce((sum, cycles) => sum + cycles, 0),
  };
}

/** The same accesses on the slow model. */
async function simulateSlowly(machine: Machine, limit: number) {
  const mode = modeNamed(machine.paging.mode);
  const memory = new PhysicalMemory();
  const cpu: OracleCpu = new OracleCpu(machine, rulesFor(mode, controlsOf(machine)), memory, (fault) => {
    kernel.handleFault(PID, fault);
    return 'retry';
  });
  const { clock } = cpu;
  const causes: string[] = [];
  const sink = {
    cause: (name: string) => causes.push(name) - 1,
    charge: (cause: number, cycles: number) => clock.charge(causes[cause]!, cycles),
  };
  const settings = { ...machine.kernel, pageShift: sizeShiftNamed(machine.paging.pageSize) };
  const flush = {
    invalidatePage: (_: number, vpn: number) => cpu.invalidatePage(0, vpn),
    invalidateRange: (_: number, vpn: number, pages: number) => cpu.invalidateRange(0, vpn, pages),
    invalidateAsid: () => cpu.invalidateAsid(0),
    invalidateAll: () => cpu.invalidateAll(),
  };
  const kernel = new DemandKernel(memory, mode, settings, sink, flush);
  cpu.switchTo(0, kernel.rootOf(PID));
  const source = await openTrace(TRACE);
  for await (const chunk of source.chunks()) {
    for (let i = 0, accesses = 0; i < chunk.count; i++) {
      if ((chunk.offsets[i]! & CONTINUES) === 0 && ++accesses > limit) break;
      const page = (chunk.keys[i]! >>> 0) / 4;
      const region = Math.floor(page / 2 ** 20);
      const vpn = chunk.regions.highOf(region) * 2 ** 20 + (Math.floor(page) % 2 ** 20);
      cpu.access(vpn, chunk.offsets[i]! & OFFSET_MASK, (chunk.keys[i]! & 3) as AccessType);
    }
    break;
  }
  const { tlbs, psc, dataCaches, walks } = cpu;
  return {
    total: clock.finish(),
    ledger: clock.ledger,
    tlb: tlbs.all.map(({ name, lookups, misses, evictions }) => [name, lookups, misses, evictions]),
    walks,
    caches: dataCaches.hits.map((hits, i) => [hits, dataCaches.misses[i]!]),
    psc: psc.levels.map(({ hits, misses }) => [hits, misses]),
    hidden: Object.values(clock.hidden).reduce((sum, cycles) => sum + cycles, 0),
  };
}

describe.each([false, true])('with data accesses through the caches: %s', (data) => {
  const set = [`dataThroughCaches=${data}`];

  it.each(presetNames())('%s runs a piece of a real trace as the slow model does', async (name) => {
    const { machine } = await loadMachine(name, set);
    expect(await simulate(machine, 8000)).toEqual(await simulateSlowly(machine, 8000));
  });

  it.each(['skylake', 'golden-cove', 'zen5', 'sv39-inorder'])(
    '%s counts the same with the filters as without',
    async (name) => {
      const { machine } = await loadMachine(name, set);
      expect(await simulate(machine, 300_000)).toEqual(await simulate(machine, 300_000, unpacked));
    },
  );
});
