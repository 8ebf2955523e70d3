import { describe, expect, test } from 'vitest';
import { machineNamed, recorded, SCENARIOS, scenarioText } from './tapes.ts';

describe('the decisions told for a fault', () => {
  test.each(SCENARIOS)('%s: lead to what the kernel then did', async (name) => {
    const recording = recorded(scenarioText(name), await machineNamed('lab-tiny'));
    for (const { what } of recording.steps) {
      if (what.kind !== 'resolved') continue;
      const did = what.outcome.kind === 'signal' ? 'signal' : what.fault;
      expect(what.leadsTo).toBe(did);
    }
  });
});
