import { describe, expect, it } from 'vitest';
import { digestOf, preparedMachine } from '../../../src/sim/machine/prepared.ts';
import { locateMachine } from '../../../src/sim/machine/preset-files.ts';
import { readMachine } from '../../../src/sim/machine/read.ts';
import { temporaryFolder } from './temp-files.ts';

describe('a prepared preset', () => {
  it('is taken while its files, the extended ones too, are what it was made from', async () => {
    const { file } = temporaryFolder();
    const { machine, files } = await readMachine('zen5');
    expect(files.map((name) => name.split('/').at(-1))).toEqual([
      'zen5.yaml',
      'zen3.yaml',
      'x86-64-linux.yaml',
    ]);
    const entry = { files: files.map((name) => name.replace(/^.*\/machines\//, 'machines/')), machine };
    const made = file(
      'now.json',
      JSON.stringify({ 'machines/zen5.yaml': { ...entry, digest: digestOf(files) } }),
    );
    const stale = file('old.json', JSON.stringify({ 'machines/zen5.yaml': { ...entry, digest: 'another' } }));
    const preset = locateMachine('zen5', '.');
    expect(preparedMachine(preset, made)).toEqual(machine);
    expect(preparedMachine(preset, stale)).toBeUndefined();
    expect(preparedMachine(locateMachine('zen3', '.'), made)).toBeUndefined();
  });

  it('is done without when nothing was prepared, or what was is broken', () => {
    const { path, file } = temporaryFolder();
    const preset = locateMachine('zen5', '.');
    expect(preparedMachine(preset, `${path}/none.json`)).toBeUndefined();
    expect(preparedMachine(preset, file('half.json', '{"machines/zen5.yaml": {'))).toBeUndefined();
  });
});
