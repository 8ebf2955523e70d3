import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPack } from '../../../src/lab/node/pack.ts';
import { readStudents } from '../../../src/lab/node/students.ts';
import { readSheet } from '../../../src/lab/sheet.ts';
import { gradeSheet } from '../../../src/lab/submission.ts';
import { Conformance } from '../../../src/sim/conform.ts';
import { numberedLines } from '../../../src/sim/conform-lines.ts';
import { parseVector } from '../../../src/sim/conform-vector.ts';
import { loadMachine } from '../../../src/sim/machine/load.ts';
import { Simulation } from '../../../src/sim/run.ts';
import { ScenarioRun } from '../../../src/sim/scenario/execute.ts';
import { parseScenario } from '../../../src/sim/scenario/parse.ts';
import { traceOf } from '../../sim/trace-of.ts';
import { mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { corpusOf, filesIn, type Surface } from '../surface.ts';

const make: Surface['make'] = (_turn, random, seeds) => mutate(seeds, random);

/** A scenario may ask for much work in few lines; a case does its first operations. */
const OPERATIONS = 60;

export const scenarios: Surface = {
  name: 'scenario',
  seeds: () => [...filesIn('traces/scenarios', /\.scn$/), ...corpusOf('scenario')],
  make,
  async take(input) {
    const scenario = parseScenario('s.scn', input.toString('utf8'));
    const run = new ScenarioRun(scenario);
    for (const operation of scenario.operations.slice(0, OPERATIONS)) JSON.stringify(run.step(operation));
  },
};

const LINES = ['I 1000,4', 'L 10000,8', 'S 11000,4', 'M 200ffe,8', 'L 401000,1'];

export const machines: Surface = {
  name: 'machine',
  seeds: () => [...filesIn('machines', /\.yaml$/), ...corpusOf('machine')],
  make,
  async take(input, random, folder) {
    const file = join(folder, 'm.yaml');
    await writeFile(file, input);
    const { machine } = await loadMachine(file, random.chance(3) ? [setting(random)] : []);
    const source = traceOf(LINES);
    await new Simulation(machine, source, { kernel: random.chance(2) ? 'linux' : 'demand' }).run(source);
  },
};

const KEYS = [
  'tlb.asids',
  'tlb.stlb.arrays.0.ways',
  'core.window',
  'walker.walks',
  'kernel.memory',
  'paging.mode',
];
const VALUES = [
  '0',
  '-1',
  '1e9',
  '4294967296',
  '9007199254740993',
  '"x"',
  '[]',
  '{a: 1}',
  'null',
  '*a',
  'sv48',
];

function setting(random: Random): string {
  return `${random.pick(KEYS)}${random.pick(['=', '=', '.x=', ''])}${random.pick(VALUES)}`;
}

export const vectors: Surface = {
  name: 'vector',
  seeds: () => corpusOf('vector'),
  make,
  async take(input, _random, folder) {
    const file = join(folder, 'v.jsonl');
    await writeFile(file, input);
    const conformance = new Conformance();
    for await (const { number, text } of numberedLines(file)) {
      const vector = parseVector(text, `v:${number}`);
      if (typeof vector !== 'string') conformance.run(vector);
    }
  },
};

export const sheets: Surface = {
  name: 'sheet',
  seeds: () => corpusOf('sheet'),
  make,
  async take(input) {
    const sheet = readSheet(input.toString('utf8'), 'a.yaml');
    await gradeSheet(
      sheet,
      sheet.seed ?? 1,
      sheet.program === null ? null : input.toString('utf8'),
      'a.yaml',
    );
  },
};

export const packs: Surface = {
  name: 'pack',
  seeds: () => corpusOf('pack'),
  make,
  async take(input, random) {
    if (random.chance(2)) readStudents(input.toString('utf8'), 'students.txt');
    else openPack(input.toString('utf8'), 'passphrase', 'key.sealed');
  },
};
