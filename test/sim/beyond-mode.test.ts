import { expect, it } from 'vitest';
import { LOAD } from '../../src/core/access.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import { Simulation } from '../../src/sim/run.ts';
import { sourceOf } from './trace-of.ts';

/** 0x7fff_0000_0000: below 2^47, beyond the 2^38 bytes of a process on Sv39. */
const wide = () => sourceOf((builder) => builder.add(LOAD, 0x7fff, 0, 8));

it.each(['demand', 'linux'] as const)(
  'an address that Sv39 does not have is refused by name (%s kernel)',
  async (kernel) => {
    const { machine } = await loadMachine('sv39-inorder');
    const source = wide();
    await expect(new Simulation(machine, source, { kernel }).run(source)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('0x7fff00000000'),
    });
  },
);

it('the remedy works: Sv48 has the address', async () => {
  const { machine } = await loadMachine('sv39-inorder', ['paging.mode=sv48']);
  const source = wide();
  const simulation = new Simulation(machine, source);
  await simulation.run(source);
  expect(simulation.kernel.faults().minor).toBe(1);
});
