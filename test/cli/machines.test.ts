import { describe, expect, it } from 'vitest';
import { presetNames } from '../../src/sim/machine/preset-files.ts';
import { pagewalk } from './run-program.ts';

describe('pagewalk machines', () => {
  it('lists every preset with its mode and what it is', async () => {
    const { exitCode, stdout } = await pagewalk('machines');
    expect(exitCode).toBe(0);
    for (const name of presetNames()) expect(stdout).toMatch(new RegExp(`^${name} +\\S+ +\\S`, 'm'));
    expect(stdout).toMatch(/^sv39-inorder +sv39 /m);
  });

  it('--explain prints each constant with value, confidence and source, one to a line', async () => {
    const { stdout } = await pagewalk('machines', '--explain', 'champsim');
    expect(stdout).toMatch(/^tlb\.stlb\.4K\.ways +12 +code +ChampSim, champsim_config\.json/m);
    expect(stdout).toMatch(/^kernel\.faultCycles +200 +code +ChampSim/m);
    expect(stdout).toMatch(/^\d+ constants: \d+ /m);
    expect(stdout).not.toMatch(/ $/m);
  });

  it('--explain --json gives the same constants to programs', async () => {
    const { stdout } = await pagewalk('machines', '--explain', 'champsim', '--json');
    const { name, constants } = JSON.parse(stdout) as { name: string; constants: object[] };
    expect(name).toBe('champsim');
    expect(constants).toContainEqual({
      key: 'caches.LLC.latency',
      value: 35,
      source: '5 + 10 + 20 cycles: champsim_config.json',
      confidence: 'computed',
    });
  });

  it('--explain --set shows the changed constant as changed', async () => {
    const { stdout } = await pagewalk('machines', '--explain', 'champsim', '--set', 'tlb.stlb.ways=8');
    expect(stdout).toMatch(/^tlb\.stlb\.4K\.ways +8 +set +--set tlb\.stlb\.ways=8/m);
  });

  it('--json lists the presets for programs', async () => {
    const { stdout } = await pagewalk('machines', '--json');
    const rows = JSON.parse(stdout) as { name: string; mode: string }[];
    expect(rows.map(({ name }) => name)).toEqual(presetNames());
    expect(rows).toContainEqual(expect.objectContaining({ name: 'champsim', mode: 'la57' }));
  });
});
