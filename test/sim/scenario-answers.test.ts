import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareScenario } from '../../src/sim/scenario/compare.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';

const SCENARIOS = 'traces/scenarios';
const ANSWERS = 'test/fixtures/scenarios/answers';

const names = readdirSync(SCENARIOS)
  .filter((name) => name.endsWith('.scn'))
  .map((name) => name.slice(0, -4));

describe('the model answers every named scenario as the real Linux 6.18 did', () => {
  it.each(names)('%s', (name) => {
    const scenario = parseScenario(name, readFileSync(`${SCENARIOS}/${name}.scn`, 'utf8'));
    const [header, ...lines] = readFileSync(`${ANSWERS}/${name}.jsonl`, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(header!).kernel).toMatch(/^6\.18\./);
    expect(lines).toHaveLength(scenario.operations.length);
    expect(compareScenario(scenario, lines).difference).toBeUndefined();
  });

  it('there are at least 60 of them, each beginning with the rule it shows', () => {
    expect(names.length).toBeGreaterThanOrEqual(60);
    for (const name of names) expect(readFileSync(`${SCENARIOS}/${name}.scn`, 'utf8')).toMatch(/^# Rule: /);
  });
});

describe('a comparison', () => {
  it('names the first operation that differs, and in which keys', () => {
    const scenario = parseScenario('x', '1 mmap A 1 prot=rw flags=private,anon\n1 w A 7\n1 r A\n');
    const kernel = [
      '{"line":1,"cmd":"1 mmap A 1 prot=rw flags=private,anon","pid":1,"op":"mmap","ok":true,"minflt":0,"majflt":0,"dpresent":0}',
      '{"line":2,"cmd":"1 w A 7","pid":1,"op":"w","act":"copy","before":".","after":"A","excl":1,"mapcount":1,"minflt":2,"majflt":0,"dpresent":1}',
    ];
    const { operations, difference } = compareScenario(scenario, kernel);
    expect(operations).toBe(2);
    expect(difference).toMatchObject({ index: 1, keys: ['act', 'minflt'] });
  });

  it('does not mind the order of keys, and does mind a kernel that stopped answering', () => {
    const scenario = parseScenario('x', '1 nop\n1 nop\n');
    const first = '{"majflt":0,"minflt":0,"op":"nop","pid":1,"cmd":"1 nop","line":1}';
    expect(compareScenario(scenario, [first]).difference).toMatchObject({ index: 1, kernel: undefined });
  });
});
