import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Calibration } from '../../../src/sim/calibrate/calibrate.ts';
import { Observations } from '../../../src/sim/calibrate/observations.ts';
import { presetYaml } from '../../../src/sim/calibrate/preset.ts';
import { readCostPreset } from '../../../src/sim/calibrate/read-preset.ts';
import { parseMachineText } from '../../../src/sim/machine/parse.ts';
import { nearestNode } from '../../../src/sim/machine/tree.ts';
import { madeUpHost } from './made-up-host.ts';

const calibration: Calibration = {
  host: {
    cpu: 'Example CPU: "Model" #7',
    machine: 'x86_64',
    kernel: '6.18.44',
    thp: 'madvise',
    virtual: true,
    cpus: 2,
    availablePages: 1 << 20,
    l2Bytes: 1 << 20,
    l3Bytes: 0,
    fileSystem: 'ext4',
    counter: 'tsc',
    counterGHz: 2.5,
  },
  date: '2026-11-22',
  rounds: 5,
  drift: 0.04321,
  hostFirstTouchNs: 1234.5,
  costs: madeUpHost(),
  skipped: [{ command: 'fault kind=thp-first', why: 'no huge pages' }],
  check: undefined,
  observations: new Observations(),
};

describe('a cost preset', () => {
  const text = presetYaml(calibration);
  const preset = parse(text);

  it('prices parts in cycles: ns times the rate of the counter', () => {
    expect(preset.costs.allocate.value).toBe(463); // 185 ns at 2.5 GHz is 462.5
    expect(preset.costs.zapPte.value).toBe(50);
    expect(preset.core.frequencyGHz.value).toBe(2.5);
  });

  it('gives every constant a source, a confidence and a spread', () => {
    for (const block of [preset.costs, preset.measured, preset.phases])
      for (const constant of Object.values<Record<string, unknown>>(block)) {
        expect(constant.source).toContain('measured on Example CPU: "Model" #7, Linux 6.18.44, 2026-11-22: ');
        expect(['measured', 'computed']).toContain(constant.confidence);
        expect(constant.spread).toBeTypeOf('number');
      }
  });

  it('keeps what was measured in ns, and where', () => {
    expect(preset.measured.cowCopy).toMatchObject({ value: 850, spread: 0.01 });
    expect(preset.measured.majorFault.value).toBe(20_000);
    expect(preset.phases.cowCopy).toMatchObject({
      fixed: 0,
      hot: 700,
      cold: 400,
      bytesPerPage: 8192,
      level: 'llc',
    });
    expect(preset.provenance).toMatchObject({
      cpu: 'Example CPU: "Model" #7',
      kernel: '6.18.44',
      thp: 'madvise',
      rounds: 5,
      drift: 0.043,
      skipped: ['fault kind=thp-first: no huge pages'],
    });
  });

  it('has a constant a line', () => {
    expect(text).toMatch(/^ {2}zapPte: \{ value: 50, source: .*, confidence: measured, spread: 0.02 \}$/m);
  });

  it('reads back as prices of the kernel layer', () => {
    const { name, frequencyGHz, costs } = readCostPreset(text, 'host.yaml');
    expect({ name, frequencyGHz }).toEqual({ name: 'costs-example-cpu-model-7', frequencyGHz: 2.5 });
    expect(costs.allocate).toBe(463);
  });

  it('reads as the machine files do, origins included', () => {
    const { node, exact } = nearestNode(parseMachineText(text, 'host.yaml'), ['costs', 'zapPte']);
    expect(exact).toBe(true);
    expect(node.value).toBe(50);
    expect(node.origin).toMatchObject({
      confidence: 'measured',
      source: expect.stringContaining('exit per shared page'),
    });
  });
});
