import { describe, expect, it } from 'vitest';
import { explainMachine } from '../../../src/sim/machine/explain.ts';
import { readMachine } from '../../../src/sim/machine/read.ts';
import { temporaryFolder } from './temp-files.ts';

describe('the explanation of a machine', () => {
  it('tells given, derived, defaulted, unsourced and set constants apart', async () => {
    const { file } = temporaryFolder();
    const path = file(
      'm.yaml',
      `
paging: { mode: sv39 }
tlb:
  source: my datasheet
  confidence: manual
  itlb: { arrays: [{ sizes: [4K], entries: 64, ways: 4 }] }
  dtlb: { arrays: [{ sizes: [4K, 2M], sets: 4, ways: 2 }] }
walkers: { count: 2 }
`,
    );
    const { machine, tree } = await readMachine(path, ['core.window=4']);
    const rows = new Map(explainMachine(machine, tree).map((row) => [row.key, row]));
    expect(rows.get('tlb.itlb.4K.ways')).toMatchObject({
      value: 4,
      source: 'my datasheet',
      confidence: 'manual',
    });
    // 64 entries in 4 ways are 16 sets: the source of the entries stands for the sets.
    expect(rows.get('tlb.itlb.4K.sets')).toMatchObject({
      value: 16,
      source: 'my datasheet',
      confidence: 'manual',
    });
    expect(rows.get('tlb.dtlb.4K.sizes')).toMatchObject({ value: ['4K', '2M'] });
    expect(rows.get('walkers.count')).toMatchObject({ confidence: 'unsourced', source: `${path}:8:19` });
    expect(rows.get('walkers.adUpdate')).toMatchObject({ value: 0, confidence: 'default' });
    expect(rows.get('core.window')).toMatchObject({
      value: 4,
      confidence: 'set',
      source: '--set core.window=4',
    });
  });
});
