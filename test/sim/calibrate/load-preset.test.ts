import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PARTS } from '../../../src/kernel/cost/parts.ts';
import { BUILT_IN } from '../../../src/kernel/cost/preset.ts';
import { costNames, loadCostPreset } from '../../../src/sim/calibrate/load-preset.ts';
import { parseMachineText } from '../../../src/sim/machine/parse.ts';
import { childOf, isMapping } from '../../../src/sim/machine/tree.ts';

const files = costNames().filter((name) => name !== BUILT_IN.name);

describe('cost presets', () => {
  it.each(files)('%s is called as its file, and prices every part', (name) => {
    const preset = loadCostPreset(name);
    expect(preset.name).toBe(name);
    expect(preset.provenance).toBeDefined();
    expect(Object.keys(preset.costs).sort()).toEqual([...PARTS].sort());
  });

  it.each(files)('every price of %s says what it rests on', (name) => {
    const costs = childOf(parseMachineText(readFileSync(`costs/${name}.yaml`, 'utf8'), name), 'costs')!;
    if (!isMapping(costs)) throw new Error('no prices');
    for (const [part, { origin }] of costs.value) expect(origin?.source, part).toMatch(/\w/);
  });

  it('the built-in one is linux-6.18', () => {
    expect(loadCostPreset('linux-6.18')).toBe(BUILT_IN);
  });
});
