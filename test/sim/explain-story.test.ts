import { describe, expect, it } from 'vitest';
import { FETCH, LOAD, STORE, SUPERVISOR, USER } from '../../src/core/access.ts';
import { InputError } from '../../src/core/errors.ts';
import { explainAfterScenario, explainFirstTouch } from '../../src/sim/explain-story.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import { presetNames } from '../../src/sim/machine/preset-files.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';

const VPN = 0x7f0012345;
const ACCESS = { vpn: VPN, offset: 0x678, access: LOAD, privilege: USER } as const;

async function firstTouch(name: string, access: Parameters<typeof explainFirstTouch>[1] = ACCESS) {
  return explainFirstTouch((await loadMachine(name)).machine, access);
}

describe('an explained first touch', () => {
  it('on lab-tiny costs what docs/timing.md adds up to by hand', async () => {
    const { acts } = await firstTouch('lab-tiny');
    // Fault: STLB miss 5, one PTE read from DRAM 10. Again: STLB miss 5; the root line is in L1D now (2), the three
    // tables below come from DRAM (10 each). The demand kernel maps leaves with A set, so nothing is updated.
    expect(acts.map(({ access }) => access.cycles)).toEqual([15, 5 + 2 + 30, 0]);
    expect(acts[1]!.access.latency).toEqual([
      ['tlb.stlb-miss', 5],
      ['walk.L4.L1D', 2],
      ['walk.L3.DRAM', 10],
      ['walk.L2.DRAM', 10],
      ['walk.L1.DRAM', 10],
    ]);
  });

  it.each(presetNames())('on %s tells of a fault, a walk and a hit, and its parts add up', async (name) => {
    const low = { ...ACCESS, vpn: 0x12345 };
    const { acts } = await firstTouch(name, low);
    expect(acts.map(({ access }) => access.outcome.kind)).toEqual(['fault', 'translated', 'translated']);
    expect(acts.map(({ access }) => access.walk === null)).toEqual([false, false, true]);
    for (const { access } of acts)
      expect(access.latency.reduce((sum, [, cycles]) => sum + cycles, 0)).toBe(access.cycles);
    expect(acts[1]!.access.checks.every(({ passed }) => passed === true)).toBe(true);
  });

  it('splits the address as its bits stand', async () => {
    const { split } = await firstTouch('skylake');
    // 0x7f0012345678 = 011111110 000000000 010010001 101000101 0x678
    expect(split.map(({ value }) => value)).toEqual([0b011111110, 0, 0b010010001, 0b101000101, 0x678]);
    expect(split.map(({ high, low }) => [high, low])).toEqual([
      [47, 39],
      [38, 30],
      [29, 21],
      [20, 12],
      [11, 0],
    ]);
  });

  it('stops at the first check that refuses: those before it passed, those after it were not made', async () => {
    const { acts } = await firstTouch('skylake', { ...ACCESS, access: FETCH, privilege: SUPERVISOR });
    const { checks, outcome } = acts[1]!.access;
    expect(checks.map(({ passed }) => passed)).toEqual([true, true, true, false, null]);
    expect(checks[3]!.text).toContain('SMEP');
    expect(outcome).toMatchObject({
      kind: 'fault',
      text: expect.stringContaining('error code 0x11 = P + I'),
    });
  });

  it('of an address that is not canonical is a #GP without any read', async () => {
    const { acts } = await firstTouch('skylake', { ...ACCESS, vpn: 0x800000000 });
    expect(acts).toHaveLength(1);
    expect(acts[0]!.access.walk!.reads).toEqual([]);
    expect(acts[0]!.access.outcome).toMatchObject({ text: expect.stringContaining('#GP') });
  });
});

describe('an access after a scenario', () => {
  const scenario = parseScenario(
    't',
    '1 mmap A 2 prot=rw flags=private,anon\n1 ww A 1\n1 fork 2\n1 mmap R 1 prot=r flags=private,anon\n',
  );
  const A = 0x100000000000 / 4096;

  it('breaks COW: the store faults on R/W = 0, the kernel copies, the retry reaches another frame', async () => {
    const { machine } = await loadMachine('skylake');
    const store = { vpn: A, offset: 0, access: STORE, privilege: USER } as const;
    const read = explainAfterScenario(machine, scenario, 1, { ...store, access: LOAD });
    const write = explainAfterScenario(machine, scenario, 1, store);
    expect(write.acts.map(({ kernel }) => kernel)).toEqual([
      expect.stringContaining('copies the frame'),
      null,
    ]);
    expect(write.acts[0]!.access.outcome).toMatchObject({ text: expect.stringContaining('0x7 = P + W + U') });
    const frames = [read, write].map((story) => {
      const { outcome } = story.acts.at(-1)!.access;
      return outcome.kind === 'translated' ? outcome.pfn : -1;
    });
    expect(frames[0]).not.toBe(frames[1]);
  });

  it('ends with the signal where the kernel sends one', async () => {
    const { machine } = await loadMachine('skylake');
    const place = { vpn: A + 2 ** 18, offset: 0, access: STORE, privilege: USER } as const;
    expect(explainAfterScenario(machine, scenario, 1, place).acts.at(-1)!.kernel).toContain(
      'SIGSEGV (ACCERR)',
    );
    expect(() => explainAfterScenario(machine, scenario, 7, place)).toThrow(InputError);
  });
});
