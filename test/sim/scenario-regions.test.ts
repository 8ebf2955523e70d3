import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinuxKernel } from '../../src/kernel/linux.ts';
import { PhysicalMemory } from '../../src/memory/physical.ts';
import { LA57 } from '../../src/mmu/mode/la57.ts';
import { SV32 } from '../../src/mmu/mode/sv32.ts';
import { SV39 } from '../../src/mmu/mode/sv39.ts';
import { X86_64 } from '../../src/mmu/mode/x86-64.ts';
import { ScenarioRun } from '../../src/sim/scenario/execute.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';
import { RegionPlan } from '../../src/sim/scenario/regions.ts';

const REGIONS = 64;

describe('regions of a scenario', () => {
  test('stand where the runner on real kernels has them: 0x100000000000 + k * 2^30', () => {
    const plan = new RegionPlan(X86_64);
    expect(plan.vpn(0, 0) * 4096).toBe(0x100000000000);
    expect(plan.vpn(3, 7) * 4096).toBe(0x100000000000 + 3 * 2 ** 30 + 7 * 4096);
    expect(new RegionPlan(LA57)).toEqual(plan);
  });

  test.each([X86_64, SV39, SV32])('lie apart, in the user half of $name', (mode) => {
    const plan = new RegionPlan(mode);
    const userPages = 2 ** (mode.vaBits - 1 - 12);
    const index = fc.nat(REGIONS - 1);
    const page = fc.nat(plan.stride - 2);
    fc.assert(
      fc.property(index, page, index, page, (a, first, b, second) => {
        expect(plan.vpn(a, first)).toBeLessThan(userPages);
        if (a !== b) expect(Math.abs(plan.vpn(a, first) - plan.vpn(b, second))).toBeGreaterThan(1);
      }),
    );
  });

  test('larger than a 32-bit machine has room for are refused, by line', () => {
    const text = '1 mmap A 4095 prot=rw flags=private,anon\n1 mmap B 4096 prot=rw flags=private,anon\n';
    const scenario = parseScenario('big.scn', text);
    expect(() => new ScenarioRun(scenario)).not.toThrow();
    const kernel = new LinuxKernel({ memory: new PhysicalMemory(), mode: SV32 });
    const run = () => new ScenarioRun(scenario, { kernel, access: () => expect.fail('nothing runs') });
    expect(run).toThrow(
      expect.objectContaining({ place: 'big.scn:2', message: expect.stringContaining('4095') }),
    );
  });
});
