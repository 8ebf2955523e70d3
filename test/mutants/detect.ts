/**
 * Does anything notice that this copy of the sources is broken? Asks the detectors in order, prints the first one
 * that fires and what it says, and exits with 1; with 0 when nobody noticed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { LOAD, STORE } from '../../src/core/access.ts';
import { Conformance } from '../../src/sim/conform.ts';
import { numberedLines } from '../../src/sim/conform-lines.ts';
import { parseVector } from '../../src/sim/conform-vector.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import { Simulation } from '../../src/sim/run.ts';
import { compareScenario } from '../../src/sim/scenario/compare.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { type Step, stepsOf } from '../sim/trace-of.ts';

const AT = 0x200;
const HUGE = 0x400;
const SHARED = 0x900;

const map = (vpn: number, pages: number, more: object = {}): TraceEvent => ({
  kind: 'mmap',
  pid: 1,
  vpn,
  pages,
  prot: 'rw',
  shared: false,
  backing: { kind: 'anon' },
  ...more,
});
const run = (pid: number): TraceEvent => ({ kind: 'switch', pid });
const touch = (vpn: number, pages: number, access: typeof LOAD | typeof STORE): Step[] =>
  Array.from({ length: pages }, (_, i) => ({ access, page: vpn + i }));

/** Fork, threads, copy-on-write both ways, protection, unmapping, moving, huge pages, two more generations. */
const PROGRAM: Step[] = [
  { kind: 'start', pid: 1 },
  map(AT, 32),
  map(HUGE, 1024, { thp: true }),
  map(SHARED, 8, { shared: true }),
  run(1),
  ...touch(SHARED, 4, STORE),
  { kind: 'madvise', pid: 1, vpn: SHARED, pages: 2, advice: 'dontneed' },
  ...touch(AT, 4, STORE),
  { kind: 'madvise', pid: 1, vpn: AT, pages: 4, advice: 'dontneed' },
  ...touch(AT, 4, LOAD),
  ...touch(AT, 32, STORE),
  ...touch(HUGE, 8, STORE),
  ...touch(HUGE + 512, 8, LOAD),
  { kind: 'fork', pid: 1, child: 2 },
  ...touch(AT, 8, STORE),
  ...touch(HUGE, 4, STORE),
  run(2),
  ...touch(AT, 32, LOAD),
  ...touch(SHARED, 8, LOAD),
  ...touch(SHARED, 8, STORE),
  ...touch(AT + 4, 8, STORE),
  ...touch(AT + 4, 8, LOAD),
  ...touch(HUGE, 16, STORE),
  { kind: 'fork', pid: 2, child: 3, vm: 'share' },
  run(3),
  ...touch(AT, 32, STORE),
  { kind: 'exit', pid: 3 },
  run(2),
  ...touch(AT, 32, LOAD),
  { kind: 'mprotect', pid: 2, vpn: AT, pages: 16, prot: 'r' },
  ...touch(AT, 16, LOAD),
  { kind: 'munmap', pid: 2, vpn: AT + 8, pages: 5 },
  { kind: 'fork', pid: 2, child: 4 },
  run(4),
  { kind: 'mprotect', pid: 4, vpn: AT, pages: 8, prot: 'r' },
  { kind: 'mprotect', pid: 4, vpn: AT, pages: 8, prot: 'rw' },
  ...touch(AT, 8, STORE),
  { kind: 'mremap', pid: 4, vpn: AT + 16, pages: 8, newVpn: 0x1000, newPages: 8 },
  ...touch(0x1000, 8, STORE),
  { kind: 'munmap', pid: 4, vpn: HUGE, pages: 600 },
  { kind: 'exit', pid: 4 },
  { kind: 'exit', pid: 2 },
  run(1),
  ...touch(SHARED, 8, LOAD),
  ...touch(AT, 32, LOAD),
  ...touch(HUGE, 32, LOAD),
  ...touch(AT, 32, STORE),
  ...touch(HUGE, 32, STORE),
  { kind: 'exit', pid: 1 },
];

async function checkedRuns(): Promise<string | null> {
  for (const [preset, settings] of [
    ['skylake', []],
    ['skylake', ['permissionMiss=fault']],
    ['skylake', ['tlb.asids=0']],
    ['sv39-inorder', []],
    ['tlb-64e4w-1536e12w', ['tlb.asids=6']],
  ] as const) {
    const { machine } = await loadMachine(preset, settings);
    const source = stepsOf(PROGRAM, true);
    const simulation = new Simulation(machine, source, { kernel: 'linux', check: true, core: 'ts' });
    await simulation.run(source);
    const [first] = simulation.checker!.findings;
    if (first) return `${first.law}: ${first.what}, after ${first.operation}`;
  }
  return null;
}

const ANSWERS = 'test/fixtures/scenarios/answers';

function scenarios(): string | null {
  for (const name of readdirSync(ANSWERS).filter((file) => file.endsWith('.jsonl'))) {
    const path = `traces/scenarios/${name.replace('.jsonl', '.scn')}`;
    const [, ...lines] = readFileSync(`${ANSWERS}/${name}`, 'utf8').trimEnd().split('\n');
    const scenario = parseScenario(path, readFileSync(path, 'utf8'));
    const { difference } = compareScenario(scenario, lines);
    if (difference) return `${path}: ${difference.keys.join(', ')} of "${difference.kernel?.cmd}"`;
  }
  return null;
}

async function vectors(): Promise<string | null> {
  for (const file of readdirSync('test/fixtures/vectors').filter((name) => name.endsWith('.gz'))) {
    const conformance = new Conformance();
    for await (const { number, text } of numberedLines(`test/fixtures/vectors/${file}`)) {
      const vector = parseVector(text, `${file}:${number}`);
      if (typeof vector !== 'string' && conformance.run(vector).length > 0)
        return `${file}, vector in line ${number}`;
    }
  }
  return null;
}

const DETECTORS = [
  ['pagewalk run --check', checkedRuns],
  ["a real kernel's answers", scenarios],
  ['walker vectors', vectors],
] as const;

for (const [name, detector] of DETECTORS) {
  let said: string | null;
  try {
    said = await detector();
  } catch (error) {
    said = `it throws: ${(error as Error).message}`;
  }
  if (said !== null) {
    console.log(`${name}: ${said}`);
    process.exit(1);
  }
}
