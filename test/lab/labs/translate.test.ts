import { describe, expect, it } from 'vitest';
import { TRANSLATE } from '../../../src/lab/labs/translate.ts';
import { variantOf } from '../../../src/lab/variant.ts';
import { SEEDS } from '../seeds.ts';

/**
 * Solves the exercise as a student does: from the printed page alone, with the rules printed on it. Knows nothing of
 * the model's tables or walker.
 */
function solve(page: string): Record<string, string | string[]> {
  const bits = [...page.matchAll(/(\d+)\s+bits\s+for\s+level\s+(\d+)/g)].map((match) => Number(match[1]));
  const root = BigInt(/is in frame (0x\w+)/.exec(page)![1]!);
  const entries = new Map<string, bigint>();
  for (const [, table, index, value] of page.matchAll(/│ +(0x\w+) │ +(0x\w+) │ +(0x\w+) │/g))
    entries.set(`${BigInt(table!)}:${BigInt(index!)}`, BigInt(value!));
  const accesses = [...page.matchAll(/│ +\d │ (load|store) +│ +(0x\w+) │/g)];

  const answers: Record<string, string | string[]> = {};
  for (const [i, [, kind, text]] of accesses.entries()) {
    const va = BigInt(text!);
    let left = bits.reduce((sum, one) => sum + one, 12);
    const indices = bits.map((width) => {
      left -= width;
      return (va >> BigInt(left)) & ((1n << BigInt(width)) - 1n);
    });
    const hex = (value: bigint) => `0x${value.toString(16)}`;
    if (i === 0) answers.q0 = [...indices, va & 0xfffn].map(hex);

    const store = kind === 'store';
    let table = root;
    let below = bits.reduce((sum, one) => sum + one, 12);
    let allowed = true;
    let answer = '';
    for (const [at, index] of indices.entries()) {
      below -= bits[at]!;
      const entry = entries.get(`${table}:${index}`) ?? 0n;
      if (!(entry & 1n)) {
        answer = `fault ${4 + (store ? 2 : 0)}`;
        break;
      }
      if (!(entry & 4n) || (store && !(entry & 2n))) allowed = false;
      const last = at === indices.length - 1;
      if (last || (at === indices.length - 2 && entry & 0x80n)) {
        const base = ((entry & 0xffffffffff000n) >> BigInt(below)) << BigInt(below);
        answer = allowed ? hex(base | (va & ((1n << BigInt(below)) - 1n))) : `fault ${5 + (store ? 2 : 0)}`;
        break;
      }
      table = (entry & 0xffffffffff000n) >> 12n;
    }
    answers[`q${i + 1}`] = answer;
  }
  return answers;
}

describe('the key of translate', () => {
  it('is what the printed page leads to, in 200 variants', () => {
    for (const seed of SEEDS) {
      const variant = variantOf(TRANSLATE, seed);
      expect({ seed, ...solve(TRANSLATE.statement(variant)) }).toEqual({ seed, ...TRANSLATE.key(variant) });
    }
  });
});
