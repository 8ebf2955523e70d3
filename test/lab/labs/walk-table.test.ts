import { describe, expect, it } from 'vitest';
import { WALK_TABLE } from '../../../src/lab/labs/walk-table.ts';
import { variantOf } from '../../../src/lab/variant.ts';
import { SEEDS } from '../seeds.ts';

/** Solves the exercise from the printed page alone, by the manuals' rules for A and D. */
function solve(page: string): Record<string, unknown> {
  const x86 = page.startsWith('x86');
  const levels = Number(/(\d) levels/.exec(page)![1]);
  const root = BigInt(/which is\s+in\s+frame\s+(0x\w+)/.exec(page)![1]!);
  const memory = new Map<bigint, bigint>();
  for (const [, table, index, value] of page.matchAll(/│ +(0x\w+) │ +(0x\w+) │ +(0x\w{16}) │/g))
    memory.set(BigInt(table!) * 4096n + BigInt(index!) * 8n, BigInt(value!));
  const accessed = x86 ? 0x20n : 0x40n;
  const dirty = accessed * 2n;
  const hex = (value: bigint) => `0x${value.toString(16)}`;

  const walks = [...page.matchAll(/│ +\d │ (load|store) +│ +(0x\w+) │/g)].map(([, kind, text]) => {
    const va = BigInt(text!);
    const rows: { level: number; at: bigint; before: bigint; after: bigint }[] = [];
    let table = root;
    for (let level = levels; level >= 1; level--) {
      const at = table * 4096n + ((va >> BigInt(12 + 9 * (level - 1))) & 0x1ffn) * 8n;
      const before = memory.get(at)!;
      const leaf = level === 1;
      const after = before | (x86 || leaf ? accessed : 0n) | (leaf && kind === 'store' ? dirty : 0n);
      memory.set(at, after);
      rows.push({ level, at, before, after });
      table = x86 ? (before >> 12n) & 0xffffffffffn : (before >> 10n) & 0xfffffffffffn;
    }
    return { rows, physical: table * 4096n + (va & 0xfffn) };
  });
  const changed = (i: number) =>
    walks[i]!.rows.filter(({ before, after }) => before !== after).map(({ level }) => String(level));
  return {
    q1: walks[0]!.rows.map(({ at }) => hex(at)),
    q2: walks[0]!.rows.map(({ after }) => hex(after)),
    q3: changed(1),
    q4: hex(walks[1]!.rows.at(-1)!.after),
    q5: changed(2),
    q6: hex(walks[2]!.physical),
  };
}

describe('the key of walk-table', () => {
  it('is what the printed page leads to, in 200 variants', () => {
    for (const seed of SEEDS) {
      const variant = variantOf(WALK_TABLE, seed);
      expect({ seed, ...solve(WALK_TABLE.statement(variant)) }).toEqual({ seed, ...WALK_TABLE.key(variant) });
    }
  });
});
