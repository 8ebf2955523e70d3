import { describe, expect, it } from 'vitest';
import { SNAPSHOT_SERVER } from '../../../src/lab/labs/snapshot-server.ts';
import { variantsOf } from '../seeds.ts';

/** The plan by hand, from the printed page: sets of pages and the printed prices. */
function solve(page: string, lastPrompt: string): Record<string, string> {
  const pages = Number(/in (\d+) pages/.exec(page)![1]);
  const price = (words: string) => Number(new RegExp(`${words}[^│]*│ +(\\d+) │`).exec(page)![1]);
  const bursts = (when: string) =>
    new Set(
      [...page.matchAll(new RegExp(`│ ${when}, burst \\d +│ (\\d+) to (\\d+)`, 'g'))].flatMap(
        ([, first, last]) =>
          Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i),
      ),
    );
  const during = bursts('save');
  const faults = [...bursts('later')].filter((index) => !during.has(index)).length;
  // One table of level 3, one of level 2, one of level 1 for every 512 pages.
  const tables = 4 * (2 + Math.ceil(pages / 512));
  const budget = Number(/than (\d+) kB/.exec(lastPrompt)![1]);
  return {
    q1: String(pages),
    q2: String(price('in any case') + pages * price('each page that')),
    q3: String(during.size),
    q4: String(tables),
    q5: String(faults),
    q6: String(during.size * price('a copy') + faults * price('a page that nobody')),
    q7: String(Math.floor((budget - tables) / 4)),
  };
}

describe('the key of snapshot-server', () => {
  it('is the plan made by hand, in 200 variants', () => {
    for (const [seed, variant] of variantsOf(SNAPSHOT_SERVER)) {
      const prompt = SNAPSHOT_SERVER.questions(variant).at(-1)!.prompt;
      expect({ seed, ...solve(SNAPSHOT_SERVER.statement(variant), prompt) }).toEqual({
        seed,
        ...SNAPSHOT_SERVER.key(variant),
      });
    }
  });
});
