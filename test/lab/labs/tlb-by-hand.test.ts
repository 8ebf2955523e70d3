import { describe, expect, it } from 'vitest';
import { TLB_BY_HAND } from '../../../src/lab/labs/tlb-by-hand.ts';
import { variantOf } from '../../../src/lab/variant.ts';
import { SEEDS } from '../seeds.ts';

/**
 * Plays the TLB with lists, from the printed page: a set is an array of pages in order of use (LRU) or of filling
 * (FIFO); a tree-PLRU set has four ways and three named bits.
 */
function solve(page: string): Record<string, unknown> {
  const [, sets, ways] = /(\d) sets of (\d) ways/.exec(page)!.map(Number);
  const policy = /\(LRU\)/.test(page) ? 'lru' : /\(FIFO\)/.test(page) ? 'fifo' : 'plru';
  const accesses = [...page.matchAll(/(\d+) │ +(0x\w+) │/g)]
    .map(([, order, address]) => ({ order: Number(order), vpn: Number(BigInt(address!) >> 12n) }))
    .sort((a, b) => a.order - b.order);
  const content: number[][] = Array.from({ length: sets! }, () => []);
  const bits = content.map(() => ({ root: 0, left: 0, right: 0 }));
  const words: string[] = [];
  let evictions = 0;
  for (const { vpn } of accesses) {
    const at = vpn % sets!;
    const set = content[at]!;
    const hit = set.includes(vpn);
    words.push(hit ? 'hit' : 'miss');
    if (policy === 'plru') {
      const bit = bits[at]!;
      let way = set.indexOf(vpn);
      if (!hit) {
        way = set.length < ways! ? set.length : bit.root ? 2 + bit.right : bit.left;
        if (set.length === ways) evictions++;
        set[way] = vpn;
      }
      if (way < 2) {
        bit.root = 1;
        bit.left = way === 0 ? 1 : 0;
      } else {
        bit.root = 0;
        bit.right = way === 2 ? 1 : 0;
      }
      continue;
    }
    if (hit && policy === 'lru') set.splice(set.indexOf(vpn), 1);
    if (!hit && set.length === ways) {
      set.shift();
      evictions++;
    }
    if (!hit || policy === 'lru') set.push(vpn);
  }
  return { q1: words, q2: String(evictions), content };
}

describe('the key of tlb-by-hand', () => {
  it('is what playing the printed TLB gives, in 200 variants', () => {
    for (const seed of SEEDS) {
      const variant = variantOf(TLB_BY_HAND, seed);
      const { q1, q2, content } = solve(TLB_BY_HAND.statement(variant));
      const key = TLB_BY_HAND.key(variant);
      expect({ seed, q1, q2 }).toEqual({ seed, q1: key.q1, q2: key.q2 });
      const left = (content as number[][])[variant.set]!.map((vpn) => `0x${vpn.toString(16)}`);
      expect([...key.q3!].sort()).toEqual(left.sort());
    }
  });
});
