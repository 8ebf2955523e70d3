/**
 * npm run fuzz -- [--minutes N] [--seed S] [--surface NAME] [--case TURN]: wrong, odd and hostile inputs to everything
 * that reads what others made. An input is taken or refused with an InputError; another exception, a case of more
 * than twenty seconds, or memory without bound is a bug: it is printed with its seed, its input is saved, and the
 * exit code is 1. Inputs that were bugs go into test/fuzz/corpus when they are mended.
 */
import { fork } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Surface } from './surface.ts';
import { SURFACES } from './surfaces/index.ts';

const HANG_MS = 20_000;
const HEAP_MIB = 768;
/** Cases of one process; a new one shows what leaks only between cases as well. */
const BATCH = 300;
const WORKERS = 2;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    surface: { type: 'string' },
    case: { type: 'string' },
  },
});
const seed = Number(values.seed);
const until = Date.now() + Number(values.minutes) * 60_000;
const wanted = SURFACES.filter(({ name }) => values.surface === undefined || name === values.surface);
const scratch = mkdtempSync(join(tmpdir(), 'pagewalk-fuzz-main-'));

interface Tally {
  readonly surface: Surface;
  next: number;
  cases: number;
  /** Cases whose input was accepted: a fuzzer whose inputs are all refused tests little. */
  taken: number;
  milliseconds: number;
  exhausted: boolean;
  bugs: number;
}
const tallies: Tally[] = wanted.map((surface) => ({
  surface,
  next: 0,
  cases: 0,
  taken: 0,
  milliseconds: 0,
  exhausted: false,
  bugs: 0,
}));

type Message = { turn?: number; taken?: boolean; bug?: string; exhausted?: boolean };

/** Runs cases [first, first + count) in a process; a bug ends it early. */
function batch(tally: Tally, first: number, count: number): Promise<void> {
  const { name, patience = 1 } = tally.surface;
  const limit = HANG_MS * patience;
  const input = join(scratch, `${name}-${first}`);
  const words = [name, String(seed), String(first), String(count), input];
  const child = fork(new URL('./worker.ts', import.meta.url), words, {
    execArgv: ['--import', 'tsx', `--max-old-space-size=${HEAP_MIB}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let turn = -1;
  let bug: string | undefined;
  let finished = false;
  let complaint = '';
  child.stderr!.on('data', (piece) => {
    complaint = `${complaint}${piece}`.slice(-2000);
  });
  let watchdog: NodeJS.Timeout | undefined;
  const hang = (): void => {
    bug = `no end after ${limit / 1000} s`;
    child.kill('SIGKILL');
  };
  const overdue = setTimeout(() => child.kill('SIGKILL'), Math.max(0, until - Date.now()) + limit * 2);
  child.on('message', (message: Message) => {
    if (message.taken) {
      tally.taken++;
      return;
    }
    clearTimeout(watchdog);
    if (message.bug !== undefined) bug = message.bug;
    if (message.exhausted) tally.exhausted = true;
    if (message.turn === undefined) return;
    turn = message.turn;
    tally.cases++;
    if (Date.now() > until && values.case === undefined) {
      finished = true;
      child.kill('SIGKILL');
    } else watchdog = setTimeout(hang, limit);
  });
  return new Promise((done) => {
    child.on('close', (code) => {
      clearTimeout(watchdog);
      clearTimeout(overdue);
      if (bug === undefined && code !== 0 && !finished) bug = `the process died (${code}): ${complaint}`;
      if (bug !== undefined) {
        report(tally, turn, bug, input);
        tally.next = Math.max(tally.next, turn + 1);
      }
      rmSync(input, { force: true });
      done();
    });
  });
}

function report(tally: Tally, turn: number, bug: string, input: string): void {
  tally.bugs++;
  const { name } = tally.surface;
  const saved = join(tmpdir(), `pagewalk-fuzz-${name}-${seed}-${turn}`);
  if (existsSync(input)) copyFileSync(input, saved);
  console.log(
    `BUG   ${name}: ${bug}\n      again: npm run fuzz -- --surface ${name} --seed ${seed} --case ${turn}\n      input: ${saved}`,
  );
}

async function work(): Promise<void> {
  while (Date.now() < until) {
    const [tally] = tallies
      .filter(({ exhausted }) => !exhausted)
      .sort((a, b) => a.milliseconds - b.milliseconds);
    if (!tally) return;
    const first = tally.next;
    const { patience = 1 } = tally.surface;
    // Cases that start processes take a hundred times as long: fewer of them, so that every surface has its turn.
    const count = Math.ceil(BATCH / patience ** 2);
    tally.next += count;
    const begun = Date.now();
    await batch(tally, first, count);
    tally.milliseconds += Date.now() - begun;
  }
}

console.log(`seed ${seed}`);
if (values.case === undefined) await Promise.all(Array.from({ length: WORKERS }, work));
else await batch(tallies[0]!, Number(values.case), 1);
rmSync(scratch, { recursive: true, force: true });
for (const { surface, cases, taken, exhausted, bugs } of tallies) {
  console.log(
    `${surface.name}: ${cases} cases${exhausted ? ' (all there are)' : ''}, ${taken} accepted, ${bugs} bugs`,
  );
}
process.exitCode = tallies.some(({ bugs }) => bugs > 0) ? 1 : 0;
