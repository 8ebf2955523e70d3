import { Rng } from '../../src/core/rng.ts';

const PROCESSES = 4;
const PAGES = 64;
/** A scenario has no more processes. */
const MAX_PID = 64;

/**
 * A scenario of so many lines as a viewer has it at its worst: four processes share a region copy-on-write, a shared
 * mapping and a large one beside it, every line touches one page, now and then a hundred; forks and exits in between.
 */
export function longScenario(lines: number): string {
  const rng = new Rng(2026);
  const script = [
    `1 mmap A ${PAGES} prot=rw flags=private,anon`,
    '1 mmap S 16 prot=rw flags=shared,anon',
    '1 mmap B 4096 prot=rw flags=private,anon',
    '1 ww A 1',
    '1 ww S 2',
  ];
  for (let pid = 2; pid <= PROCESSES; pid++) script.push(`1 fork ${pid}`);
  let next = PROCESSES + 1;
  let running: number[] = Array.from({ length: PROCESSES }, (_, i) => i + 1);
  while (script.length < lines) {
    const pid = running[rng.below(running.length)]!;
    const choice = rng.below(100);
    if (choice < 1 && running.length === PROCESSES && next <= MAX_PID) {
      const ended = running.filter((one) => one !== 1)[rng.below(PROCESSES - 1)]!;
      script.push(`${ended} exit`);
      running = running.filter((one) => one !== ended);
    } else if (running.length < PROCESSES) {
      script.push(`1 fork ${next}`);
      running.push(next++);
    } else if (choice < 5) {
      const first = rng.below(3900);
      script.push(`${pid} ww B[${first}..${first + 100}] ${choice}`);
    } else if (choice < 40) script.push(`${pid} w A+${rng.below(PAGES)}p ${choice}`);
    else if (choice < 60) script.push(`${pid} w B+${rng.below(4096)}p ${choice}`);
    else if (choice < 80) script.push(`${pid} r A+${rng.below(PAGES)}p`);
    else script.push(`${pid} r S+${rng.below(16)}p`);
  }
  return `${script.join('\n')}\n`;
}
