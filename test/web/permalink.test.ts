import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLink, encodeLink } from '../../web/model/permalink.ts';

describe('a link', () => {
  test('gives back what it was made of', async () => {
    const names = fc.string({ maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('scenario' as const, 'trace' as const, 'result' as const),
        fc.uint8Array({ maxLength: 2000 }),
        names,
        names,
        async (kind, bytes, name, machine) => {
          const link = { kind, name, bytes, machine, place: '3.14' };
          expect(await decodeLink((await encodeLink(link))!)).toEqual(link);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('is not made of what is too large for one', async () => {
    let state = 1;
    // Bytes that do not deflate.
    const bytes = Uint8Array.from({ length: 100_000 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state >>> 24;
    });
    const link = { kind: 'trace' as const, name: 't', bytes, machine: 'lab-tiny', place: '0.0' };
    expect(await encodeLink(link)).toBeUndefined();
  });

  test('that is damaged, or none, leads nowhere', async () => {
    expect(await decodeLink('')).toBeUndefined();
    expect(await decodeLink('#memory')).toBeUndefined();
    expect(await decodeLink('#s=AAAA&n=x')).toBeUndefined();
    expect(await decodeLink('#s=%%%')).toBeUndefined();
  });
});
