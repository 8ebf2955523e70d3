import { describe, expect, it } from 'vitest';
import { COW_LEDGER } from '../../../src/lab/labs/cow-ledger.ts';
import { variantsOf } from '../seeds.ts';

/** The ledger by hand, from the printed page: entries are [letter, W], a frame's mappings are counted from the entries. */
function solve(page: string): Record<string, string[]> {
  const rule = /before 5\.8/.test(page) ? 'mapcount' : /to\s+5\.18/.test(page) ? 'refcount' : 'exclusive';
  type Entry = { frame: string; w: boolean };
  const processes = new Map<string, Entry[]>([
    [
      '1',
      [
        { frame: 'A', w: true },
        { frame: 'B', w: true },
      ],
    ],
  ]);
  let letters = 2;
  const pinned = new Set<string>();
  const exclusive = new Set(['A', 'B']);
  const acts: string[] = [];
  const mappings = (frame: string) =>
    [...processes.values()].flat().filter((entry) => entry.frame === frame).length;
  for (const [, pid, does] of page.matchAll(/│ +\d+ │ +(\d) │ (.+?) +│/g)) {
    const entries = processes.get(pid!)!;
    const number = /(\d)/.exec(does!)?.[1] ?? '';
    if (does!.startsWith('forks')) {
      for (const entry of entries) {
        entry.w = false;
        exclusive.delete(entry.frame);
      }
      processes.set(
        number,
        entries.map((entry) => ({ ...entry })),
      );
    } else if (does === 'exits') {
      processes.delete(pid!);
    } else if (does!.startsWith('starts')) {
      pinned.add(entries[Number(number)]!.frame);
    } else {
      const entry = entries[Number(number)]!;
      const { frame } = entry;
      const references = mappings(frame) + (pinned.has(frame) ? 1 : 0);
      const keep =
        rule === 'mapcount'
          ? mappings(frame) === 1
          : references === 1 || (rule === 'exclusive' && exclusive.has(frame));
      acts.push(entry.w ? 'hit' : keep ? 'reuse' : 'copy');
      if (!entry.w && !keep) entry.frame = 'ABCDEFGHIJ'[letters++]!;
      exclusive.add(entry.frame);
      entry.w = true;
    }
  }
  const entries = [...processes].sort(([a], [b]) => Number(a) - Number(b)).flatMap(([, list]) => list);
  return {
    q1: acts,
    q2: entries.map(({ frame }) => frame),
    q3: entries.map(({ w }) => (w ? '1' : '0')),
    q4: [...'ABCDEFGHIJ'].slice(0, letters).map((frame) => String(mappings(frame))),
  };
}

describe('the key of cow-ledger', () => {
  it('is what keeping the printed books gives, in 200 variants', () => {
    for (const [seed, variant] of variantsOf(COW_LEDGER))
      expect({ seed, ...solve(COW_LEDGER.statement(variant)) }).toEqual({ seed, ...COW_LEDGER.key(variant) });
  });

  it('asks for every reuse rule in some variant', () => {
    const rules = new Set([...variantsOf(COW_LEDGER)].map(([, { reuse }]) => reuse));
    expect([...rules].sort()).toEqual(['exclusive', 'mapcount', 'refcount']);
  });
});
