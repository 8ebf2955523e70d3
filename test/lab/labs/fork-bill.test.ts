import { describe, expect, it } from 'vitest';
import { FORK_BILL } from '../../../src/lab/labs/fork-bill.ts';
import { variantsOf } from '../seeds.ts';

/** The bill by hand, from the printed lines: a page of a process is the name of the frame behind it. */
function solve(page: string): Record<string, string | string[]> {
  const processes = new Map<string, Map<string, string>>([['1', new Map()]]);
  let frames = 0;
  for (const [, pid, rest] of page.matchAll(/^ {4}(\d) (ww .+|fork \d)$/gm)) {
    const mine = processes.get(pid!)!;
    if (rest!.startsWith('fork')) {
      const inherited = [...mine].filter(([name]) => name.startsWith('A'));
      processes.set(rest!.slice(5), new Map(inherited));
      continue;
    }
    const [, region, first, end] = /ww (\w)\[(\d+)\.\.(\d+)\]/.exec(rest!)!;
    for (let index = Number(first); index < Number(end); index++) {
      const name = `${region}${index}`;
      if (region === 'S') {
        mine.set(name, name);
        continue;
      }
      const sharers = [...processes.values()].filter((other) => other.get(name) === mine.get(name)).length;
      if (!mine.has(name) || sharers > 1) mine.set(name, `frame ${frames++}`);
    }
  }
  const all = [...processes].sort(([a], [b]) => Number(a) - Number(b)).map(([, pages]) => pages);
  const mappers = (frame: string) => all.filter((pages) => [...pages.values()].includes(frame)).length;
  const tables = (pages: Map<string, string>) => {
    const regions = new Set([...pages.keys()].map((name) => name[0]));
    const last = new Set(
      [...pages.keys()].map((name) => `${name[0]}${Math.floor(Number(name.slice(1)) / 512)}`),
    );
    return 1 + regions.size + last.size;
  };
  const memo = new Map<string, number>();
  const mappersOf = (frame: string) => {
    if (!memo.has(frame)) memo.set(frame, mappers(frame));
    return memo.get(frame)!;
  };
  return {
    q1: all.map((pages) => String(4 * pages.size)),
    q2: all.map((pages) =>
      String(Math.round([...pages.values()].reduce((sum, frame) => sum + 4 / mappersOf(frame), 0))),
    ),
    q3: all.map((pages) => String(4 * tables(pages))),
    q4: String(4 * new Set(all.flatMap((pages) => [...pages.values()])).size),
  };
}

describe('the key of fork-bill', () => {
  it('is the bill of the printed lines, in 200 variants', () => {
    for (const [seed, variant] of variantsOf(FORK_BILL))
      expect({ seed, ...solve(FORK_BILL.statement(variant)) }).toEqual({ seed, ...FORK_BILL.key(variant) });
  });
});
