import { describe, expect, it } from 'vitest';
import { policyNames } from '../../src/sim/policy/preset-files.ts';
import { pagewalk } from './run-program.ts';

describe('pagewalk policies', () => {
  it('lists every preset on a line of its own with what it is, its axes and a source', async () => {
    const { exitCode, stdout } = await pagewalk('policies');
    expect(exitCode).toBe(0);
    for (const name of policyNames()) expect(stdout).toMatch(new RegExp(`^${name} +\\S`, 'm'));
    expect(stdout).toMatch(/^on-demand-fork +fork shares .* forkTables=share-leaf protect=upper +Zhao/m);
    expect(stdout).not.toMatch(/ $/m);
  });

  it('--json lists the presets for programs', async () => {
    const rows = JSON.parse((await pagewalk('policies', '--json')).stdout) as { name: string }[];
    expect(rows.map(({ name }) => name)).toEqual(policyNames());
    expect(rows).toContainEqual(
      expect.objectContaining({ name: 'linux-5.7', differs: { reuse: 'mapcount', 'granule.huge': 'copy' } }),
    );
  });

  it('--explain says what fork does, what a fault does, and the source of each axis', async () => {
    const { stdout } = await pagewalk('policies', '--explain', 'on-demand-fork');
    expect(stdout).toMatch(/^What fork does\n {2}forkTables = share-leaf \* +copies the upper levels/m);
    expect(stdout).toMatch(
      /^What a fault does\n {2}forkTables = share-leaf \* +on a write below a shared table/m,
    );
    expect(stdout).toMatch(/^protect +upper \* +code +rssys sources/m);
    expect(stdout).toMatch(/^prices\.tableShare +3\.5 x forkPte +computed +On-Demand-Fork/m);
  });

  it('--explain --json gives the same to programs', async () => {
    const { stdout } = await pagewalk('policies', '--explain', 'eager', '--json');
    const { name, axes } = JSON.parse(stdout) as { name: string; axes: object[] };
    expect(name).toBe('eager');
    expect(axes).toContainEqual(
      expect.objectContaining({ key: 'forkTables', value: 'copy-pages', confidence: 'code' }),
    );
  });

  it('--explain names the decisions that a module takes itself', async () => {
    const { stdout } = await pagewalk('policies', '--explain', 'examples/copy-small.js');
    expect(stdout).toMatch(/^decided by the module itself: onFork$/m);
  });

  it('a name that is no policy ends with the nearest one and exit code 2', async () => {
    const { exitCode, stderr } = await pagewalk('policies', '--explain', 'on-demand-frok');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/did you mean 'on-demand-fork'/);
  });
});
