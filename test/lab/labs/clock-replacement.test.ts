import { describe, expect, it } from 'vitest';
import { CLOCK_REPLACEMENT } from '../../../src/lab/labs/clock-replacement.ts';
import { variantOf } from '../../../src/lab/variant.ts';
import { SEEDS } from '../seeds.ts';

/** The clock with plain objects, from the printed page. */
function solve(page: string): Record<string, unknown> {
  const count = Number(/has (\d) frames/.exec(page)![1]);
  const accesses = [...page.matchAll(/(\d+) │ (load|store) +│ page (\d+)/g)]
    .map(([, order, kind, vpn]) => ({ order: Number(order), store: kind === 'store', vpn: Number(vpn) }))
    .sort((a, b) => a.order - b.order);
  const frames: { vpn: number; a: number; d: boolean }[] = [];
  let hand = 0;
  let written = 0;
  const q1: string[] = [];
  const q2: string[] = [];
  for (const { vpn, store } of accesses) {
    let frame = frames.find((one) => one.vpn === vpn);
    q1.push(frame ? 'hit' : 'fault');
    if (!frame) {
      frame = { vpn, a: 0, d: false };
      if (frames.length < count) {
        frames.push(frame);
      } else {
        for (; frames[hand]!.a === 1; hand = (hand + 1) % count) frames[hand]!.a = 0;
        q2.push(String(frames[hand]!.vpn));
        if (frames[hand]!.d) written++;
        frames[hand] = frame;
        hand = (hand + 1) % count;
      }
    }
    frame.a = 1;
    frame.d ||= store;
  }
  return { q1, q2, q3: String(written), q4: frames.map(({ a }) => String(a)) };
}

describe('the key of clock-replacement', () => {
  it('is what the printed clock does, in 200 variants', () => {
    for (const seed of SEEDS) {
      const variant = variantOf(CLOCK_REPLACEMENT, seed);
      expect({ seed, ...solve(CLOCK_REPLACEMENT.statement(variant)) }).toEqual({
        seed,
        ...CLOCK_REPLACEMENT.key(variant),
      });
    }
  });
});
