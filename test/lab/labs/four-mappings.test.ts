import { describe, expect, it } from 'vitest';
import { FOUR_MAPPINGS } from '../../../src/lab/labs/four-mappings.ts';
import { variantOf } from '../../../src/lab/variant.ts';
import { SEEDS } from '../seeds.ts';

/**
 * The four mappings by hand, from the printed lines. A page of a process is `absent`, or a frame with a W bit; a frame
 * is an object that holds a byte, counts its mappers and says whether it is the page cache's.
 */
function solve(page: string) {
  interface Frame {
    byte: number;
    mappers: number;
    cached: boolean;
  }
  const cache: Frame = { byte: 65, mappers: 0, cached: true };
  const shared: { frame?: Frame } = {};
  const tables: Record<string, Map<string, { frame: Frame; w: boolean }>> = { 1: new Map() };
  const acts: string[] = [];
  let forked = false;
  for (const [, pid, op, region, value] of page.matchAll(/^ {4}(\d) (w|fork) (\w+) ?(\d*)$/gm)) {
    const table = tables[pid!]!;
    if (op === 'fork') {
      // Only VMAs with anonymous pages are copied: PA if written, PF if written. The rest faults in again.
      forked = true;
      tables[region!] = new Map();
      for (const name of ['PA', 'PF']) {
        const entry = table.get(name);
        if (!entry) continue;
        entry.w = false;
        entry.frame.mappers++;
        tables[region!]!.set(name, { frame: entry.frame, w: false });
      }
      continue;
    }
    const entry = table.get(region!);
    let act = 'hit';
    if (!entry) {
      act = 'map';
      let frame: Frame;
      if (region === 'SA') frame = shared.frame ??= { byte: 0, mappers: 0, cached: true };
      else if (region === 'SF') frame = cache;
      else frame = { byte: 0, mappers: 0, cached: false };
      frame.mappers++;
      table.set(region!, { frame, w: true });
    } else if (!entry.w) {
      if (entry.frame.mappers > 1) {
        act = 'copy';
        entry.frame.mappers--;
        entry.frame = { byte: entry.frame.byte, mappers: 1, cached: false };
      } else {
        act = 'reuse';
      }
      entry.w = true;
    }
    table.get(region!)!.frame.byte = Number(value);
    if (forked) acts.push(act);
  }
  const look = (pid: number) =>
    ['PA', 'SA', 'PF', 'SF'].map((region) => {
      const entry = tables[pid]!.get(region);
      if (entry) return String(entry.frame.byte);
      if (region === 'PA') return '0';
      if (region === 'SA') return String(shared.frame?.byte ?? 0);
      return String(cache.byte);
    });
  return { q1: look(1), q2: look(2), q3: String(cache.byte), q4: acts };
}

describe('the key of four-mappings', () => {
  it('is what the printed lines lead to by the rules of each mapping, in 200 variants', () => {
    for (const seed of SEEDS) {
      const variant = variantOf(FOUR_MAPPINGS, seed);
      expect({ seed, ...solve(FOUR_MAPPINGS.statement(variant)) }).toEqual({
        seed,
        ...FOUR_MAPPINGS.key(variant),
      });
    }
  });
});
