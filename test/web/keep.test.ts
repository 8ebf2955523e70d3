import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keep } from '../../web/model/keep.ts';

const plain = () =>
  fc.letrec<{ data: unknown }>((tie) => ({
    data: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom('a', 'b', undefined, null, true),
      fc.array(tie('data'), { maxLength: 3 }),
      fc.record({ x: tie('data'), y: tie('data') }),
    ),
  })).data;

describe('a view that is kept', () => {
  test('is the view just made, whatever there was before', () => {
    fc.assert(
      fc.property(plain(), plain(), (before, now) => {
        const asMade = structuredClone(now);
        expect(keep(structuredClone(before), now)).toEqual(asMade);
      }),
    );
  });

  test('is the one before, by identity, when the two are equal', () => {
    fc.assert(
      fc.property(plain(), (before) => {
        expect(keep(before, structuredClone(before))).toBe(before);
      }),
    );
  });

  test('has each unchanged part of the one before', () => {
    const before = { left: [{ a: 1 }, { a: 2 }], right: { b: 1 } };
    const kept = keep(before, { left: [{ a: 1 }, { a: 3 }], right: { b: 1 } });
    expect(kept).not.toBe(before);
    expect(kept.left[0]).toBe(before.left[0]);
    expect(kept.left[1]).not.toBe(before.left[1]);
    expect(kept.right).toBe(before.right);
  });

  test('leaves the one before as it is', () => {
    fc.assert(
      fc.property(plain(), plain(), (before, now) => {
        const asWas = structuredClone(before);
        keep(before, now);
        expect(before).toEqual(asWas);
      }),
    );
  });
});
