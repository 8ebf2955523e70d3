import { describe, expect, it } from 'vitest';
import { HUGE_OR_NOT } from '../../../src/lab/labs/huge-or-not.ts';
import { variantsOf } from '../seeds.ts';

/** Closed forms, from the printed tables. */
function solve(page: string): Record<string, string | string[]> {
  const answers: Record<string, string | string[]> = {};
  const price = (words: string) => Number(new RegExp(`${words}[^│]*│ +(\\d+) │`).exec(page)![1]);
  const rows = [...page.matchAll(/│ ([ABC]) │ (\d) MiB │ every (\d*)(?:th )?page +│ (.+?) +│ (\d+) times/g)];
  for (const [i, [, , size, touch, second, times]] of rows.entries()) {
    const huge = Number(size) / 2;
    const pages = huge * 512;
    const touched = pages / Number(touch || 1);
    const laps = Number(times);
    const forked = second !== 'no fork';
    const rewritten = forked ? pages / Number(/(\d+)th/.exec(second!)?.[1] ?? 1) : 0;
    // LRU and a loop: everything misses in every lap, or only in the first.
    const walks = (entries: number) => (entries > 64 ? entries * laps : entries);
    const small =
      touched * price('first write to a 4 KiB') +
      (forked ? pages * price('each 4 KiB') : 0) +
      rewritten * price('a copy of a shared 4 KiB') +
      walks(touched) * price('STLB miss');
    const large =
      huge * price('first write to a 2 MiB') +
      (forked ? huge * price('each 2 MiB') : 0) +
      (forked
        ? huge * price('a write to a shared 2 MiB') + (rewritten - huge) * price('a copy of a shared 4 KiB')
        : 0) +
      walks(forked ? touched : huge) * price('STLB miss');
    answers[`q${3 * i + 1}`] = [String(small), String(large)];
    answers[`q${3 * i + 2}`] = [String(touched * 4), String(huge * 2048)];
    answers[`q${3 * i + 3}`] = small <= large ? '4K' : '2M';
  }
  return answers;
}

describe('the key of huge-or-not', () => {
  it('is the arithmetic of the printed tables, in 200 variants', () => {
    for (const [seed, variant] of variantsOf(HUGE_OR_NOT))
      expect({ seed, ...solve(HUGE_OR_NOT.statement(variant)) }).toEqual({
        seed,
        ...HUGE_OR_NOT.key(variant),
      });
  });

  it('has mappings for which huge pages are right, and others', () => {
    const choices = new Set(
      [...variantsOf(HUGE_OR_NOT)].flatMap(([, variant]) =>
        ['q3', 'q6', 'q9'].map((id) => HUGE_OR_NOT.key(variant)[id]),
      ),
    );
    expect([...choices].sort()).toEqual(['2M', '4K']);
  });
});
