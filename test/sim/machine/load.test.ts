import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { inputErrorOf, temporaryFolder } from './temp-files.ts';

const LEAST = `
paging: { mode: sv39 }
tlb:
  itlb: { arrays: [{ sizes: [4K], sets: 4, ways: 2 }] }
  dtlb: { arrays: [{ sizes: [4K], entries: 6, fullyAssociative: true }] }
`;

describe('a machine file', () => {
  it('needs only a paging mode and two TLBs; the rest is the plainest machine', async () => {
    const { file } = temporaryFolder();
    const { machine } = await loadMachine(file('least.yaml', LEAST));
    expect(machine).toMatchObject({
      name: 'least',
      paging: { family: 'riscv', mode: 'sv39', pageSize: '4K', controls: { adue: false, svnapot: false } },
      core: { issueWidth: 1, window: 1 },
      tlb: { asids: 0, storeTlb: null, stlb: null },
      dirty: { action: 'fault', cycles: 0 },
      psc: { levels: {} },
      walkers: { count: 1, mshrs: 1, adUpdate: 0 },
      caches: [],
      pageCrossing: 'both',
    });
    expect(machine.tlb.dtlb.arrays[0]).toMatchObject({ sets: 1, ways: 6, replacement: 'lru' });
  });

  it('extends a preset key by key, lists replaced whole', async () => {
    const { file } = temporaryFolder();
    const path = file(
      'mine.yaml',
      'extends: skylake\ntlb: { stlb: { latency: 12, arrays: [{ sizes: [4K, 2M, 1G], sets: 64, ways: 8 }] } }\n',
    );
    const { machine } = await loadMachine(path);
    const { machine: skylake } = await loadMachine('skylake');
    expect(machine.tlb.stlb).toMatchObject({ latency: 12, arrays: [{ sets: 64, ways: 8 }] });
    expect(machine.tlb.dtlb).toEqual(skylake.tlb.dtlb);
    expect(machine.name).toBe('mine');
  });

  it('extends a file beside it, and takes away what it sets to null', async () => {
    const { path, file } = temporaryFolder();
    mkdirSync(join(path, 'sub'));
    file('base.yaml', 'extends: lab-tiny\nwalkers: { count: 2, mshrs: 2 }\n');
    const { machine } = await loadMachine(
      file('top.yaml', 'extends: base.yaml\ntlb: { stlb: null }\npsc: { levels: { "2": null } }\n'),
    );
    expect(machine.walkers.count).toBe(2);
    expect(machine.tlb.stlb).toBeNull();
    expect(machine.psc.levels).toEqual({});
  });

  it('may write bytes with K, M, G and T', async () => {
    const { file } = temporaryFolder();
    const caches = 'caches: [{ name: L1D, bytes: 1.25M, ways: 10, latency: 4 }]\ndram: { latency: 9 }\n';
    const { machine } = await loadMachine(file('m.yaml', `${LEAST}${caches}kernel: { memoryBytes: 2G }\n`));
    expect(machine.caches[0]!.bytes).toBe(1.25 * 1024 * 1024);
    expect(machine.kernel.memoryBytes).toBe(2 ** 31);
  });

  it.each([
    ['paging: { mode: sv40 }', 'paging.mode', ':1:17'],
    ['extends: skylake\nwalker: { count: 1 }', "unknown key 'walker'", ':2:9'],
    ['extends: skylake\ncore: { window: many }', 'core.window is "many"', ':2:17'],
    ['extends: skylake\ncore: { window: 1.5 }', 'core.window is 1.5', ':2:17'],
    ['extends: skylake\ntlb: { dtlb: null }', 'tlb.dtlb is null', ':2:14'],
    ['extends: skylak', "no machine is called 'skylak'", ':1:10'],
    ['extends: ./nothing.yaml', 'no machine file', ':1:10'],
    ['paging: { mode: sv39 }', 'tlb is missing', ':1:1'],
  ])('%j is refused where it is written', async (text, message, place) => {
    const { file } = temporaryFolder();
    const error = await inputErrorOf(() => loadMachine(file('m.yaml', text)));
    expect(error.message).toContain(message);
    expect(error.place).toMatch(new RegExp(`m\\.yaml${place}$`));
    expect(error.remedy).toBeDefined();
  });

  it('names the nearest key for one it does not know', async () => {
    const { file } = temporaryFolder();
    const error = await inputErrorOf(() =>
      loadMachine(file('m.yaml', 'extends: skylake\nwalker: { count: 1 }')),
    );
    expect(error.remedy).toBe("did you mean 'walkers'?");
  });

  it('is not found, a folder, binary, or far too long: each with its own message', async () => {
    const { path, file } = temporaryFolder();
    const messageOf = async (name: string) => (await inputErrorOf(() => loadMachine(name))).message;
    expect(await messageOf('skylakes')).toBe("no machine is called 'skylakes'");
    expect(await messageOf(join(path, 'none.yaml'))).toContain('no machine file');
    expect(await messageOf(path)).toContain('this is a directory');
    expect(await messageOf(file('junk.yaml', new Uint8Array([0xff, 0xfe, 0x80, 0])))).toContain('UTF-8');
    expect(await messageOf(file('long.yaml', ' '.repeat(2 ** 20 + 1)))).toContain('too many');
  });

  it('that extends itself through another is refused with the circle', async () => {
    const { file } = temporaryFolder();
    const a = file('a.yaml', 'extends: ./b.yaml');
    file('b.yaml', 'extends: ./a.yaml');
    expect((await inputErrorOf(() => loadMachine(a))).place).toMatch(/a\.yaml -> .*b\.yaml -> .*a\.yaml$/);
  });
});
