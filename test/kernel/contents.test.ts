import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageContents } from '../../src/kernel/frame/contents.ts';

const offset = fc.integer({ min: 0, max: 4095 });
const change = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), offset, value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant('zeroFrom' as const), offset }),
  fc.record({ kind: fc.constant('copy' as const) }),
);

describe('page contents', () => {
  it('read as 4,096 plain bytes would, whatever was written, copied and zeroed', () => {
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 0, max: 255 })),
        fc.array(change, { maxLength: 12 }),
        (seed, changes) => {
          const store = new PageContents();
          let word = seed === null ? 0 : PageContents.ramp(seed);
          const bytes = Uint8Array.from({ length: 4096 }, (_, i) =>
            seed === null ? 0 : (seed + 3 * i) & 255,
          );
          for (const one of changes) {
            if (one.kind === 'write') {
              word = store.write(word, one.offset, one.value);
              bytes[one.offset] = one.value;
            } else if (one.kind === 'zeroFrom') {
              word = store.zeroFrom(word, one.offset);
              bytes.fill(0, one.offset);
            } else {
              const copied = store.copy(word);
              store.release(word);
              word = copied;
            }
          }
          for (const at of [
            0,
            1,
            17,
            4095,
            ...changes.flatMap((one) => ('offset' in one ? [one.offset] : [])),
          ])
            expect(store.read(word, at)).toBe(bytes[at]);
          expect(store.isZero(word)).toBe(bytes.every((byte) => byte === 0));
        },
      ),
    );
  });

  it('of a copy do not change with the original', () => {
    const store = new PageContents();
    let original = store.write(store.write(0, 1, 7), 2, 8);
    const copy = store.copy(original);
    original = store.write(original, 1, 99);
    expect([store.read(copy, 1), store.read(original, 1)]).toEqual([7, 99]);
  });

  it('take no memory for one byte a page', () => {
    const store = new PageContents();
    for (let page = 0; page < 1000; page++) store.write(0, page, 1 + (page & 127));
    expect(store.hostBytes).toBe(0);
  });
});
