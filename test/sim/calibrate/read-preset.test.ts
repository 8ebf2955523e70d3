import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { LINUX_6_18_COSTS, MEASURED_GHZ } from '../../../src/kernel/cost/linux-6.18.ts';
import { readCostPreset } from '../../../src/sim/calibrate/read-preset.ts';

const core = 'core: { frequencyGHz: 2.6 }\n';

function refusal(text: string): InputError {
  try {
    readCostPreset(text, 'host.yaml');
  } catch (error) {
    if (error instanceof InputError) return error;
  }
  throw new Error('accepted');
}

describe('reading a cost preset', () => {
  it('takes prices bare or with their origin', () => {
    const text = `name: mine\n${core}costs:\n  copy: 700\n  zero: { value: 250, source: me, confidence: measured, spread: 0.1 }\n`;
    const preset = readCostPreset(text, 'host.yaml');
    expect(preset).toMatchObject({ name: 'mine', frequencyGHz: 2.6 });
    expect(preset.costs).toMatchObject({ copy: 700, zero: 250 });
  });

  it('fills in what it does not price from the built-in preset, for the same time', () => {
    const { costs } = readCostPreset(`${core}costs: { copy: 700 }\n`, 'host.yaml');
    expect(costs.exitBase).toBe(Math.round((LINUX_6_18_COSTS.exitBase * 2.6) / MEASURED_GHZ));
  });

  it('refuses an unknown part with its place and the likely one', () => {
    const { message, place, remedy } = refusal(`${core}costs:\n  refcounts: 5\n`);
    expect(message).toContain("'refcounts'");
    expect(place).toBe('host.yaml:3:14');
    expect(remedy).toContain("'refcount'");
  });

  it.each(['-1', 'much', '.nan', '[1]'])('refuses %s as a price', (value) => {
    expect(refusal(`${core}costs: { copy: ${value} }\n`).message).toContain("the price of 'copy'");
  });

  it('refuses a file without prices or without a clock rate', () => {
    expect(refusal('name: x\n').message).toContain('`costs`');
    expect(refusal('costs: { copy: 1 }\n').message).toContain('core.frequencyGHz is missing');
    expect(refusal('core: { frequencyGHz: 0 }\ncosts: { copy: 1 }\n').message).toContain("'0'");
  });
});
