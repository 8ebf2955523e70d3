import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { collect } from '../../src/sim/collect.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import { parseResult } from '../../src/sim/read-result.ts';
import { Simulation } from '../../src/sim/run.ts';
import { openTrace } from '../../src/trace/node/open.ts';

describe('a result file', () => {
  test('is read as it was written', async () => {
    const { machine } = await loadMachine('lab-tiny');
    const source = await openTrace('traces/perl-fork.pwt');
    const simulation = new Simulation(machine, source, { kernel: 'linux', limit: 5000 });
    await simulation.run(source);
    const written = JSON.stringify(await collect(simulation, source, 'test'));
    expect(JSON.stringify(parseResult('r.json', written))).toBe(written);
  });

  test.each([
    ['{"a": ', 'no JSON'],
    ['null', 'no result'],
    ['[1]', 'no result'],
    ['{"pagewalk": {"version": "1", "result": "2.0"}}', 'version 2.0'],
    ['{"pagewalk": {"version": "1", "result": "1.0"}}', 'trace'],
  ])('that is none is refused with its name: %s', (text, words) => {
    expect(() => parseResult('r.json', text)).toThrow(InputError);
    expect(() => parseResult('r.json', text)).toThrow(words);
  });
});
