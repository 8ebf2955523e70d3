import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Core } from '../../../src/sim/accelerator/choose.ts';
import { collect } from '../../../src/sim/collect.ts';
import type { Machine } from '../../../src/sim/machine/machine.ts';
import { Simulation } from '../../../src/sim/run.ts';
import { type Access, phasedAccesses, smallMachine } from '../small-tlbs.ts';
import { sourceOf } from '../trace-of.ts';

async function resultOf(machine: Machine, accesses: readonly Access[], core: Core): Promise<unknown> {
  const source = sourceOf((builder) => {
    for (const { page, offset, type } of accesses) builder.add(type, 0, page * 4096 + offset, 8);
  });
  const simulation = new Simulation(machine, source, { core });
  await simulation.run(source);
  return collect(simulation, source, 'test');
}

it('what the WebAssembly core passes over changes no order of use, in TLBs or caches', async () => {
  await fc.assert(
    fc.asyncProperty(smallMachine, phasedAccesses, async (machine, accesses) => {
      expect(await resultOf(machine, accesses, 'wasm')).toEqual(await resultOf(machine, accesses, 'ts'));
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 60) },
  );
});
