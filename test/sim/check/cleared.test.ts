import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOST_MEMORY } from '../../../src/core/arena.ts';
import { CLEARED_PLACES } from '../../../src/sim/accelerator/layout.ts';
import { ClearedAccesses } from '../../../src/sim/check/cleared.ts';

/** Records of four places, several of each. */
const record = fc.tuple(fc.nat(3), fc.nat(2)).map(([place, round]) => place + round * CLEARED_PLACES);
const frame = fc.nat(2);

describe('accesses that need no look', () => {
  it('are those added last to their places since the last time that all were forgotten', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('add'), record, frame }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget'), record, frame }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cleared = new ClearedAccesses(HOST_MEMORY);
        const places = new Map<number, readonly [number, number]>();
        for (const { kind, record: added, frame: to } of steps) {
          if (kind === 'forget') {
            cleared.forget();
            places.clear();
          } else {
            cleared.add(added, to);
            places.set(added % CLEARED_PLACES, [added, to]);
          }
          for (let place = 0; place < 4; place++) {
            for (let round = 0; round < 3; round++) {
              for (let at = 0; at < 3; at++) {
                const asked = place + round * CLEARED_PLACES;
                const [known, went] = places.get(place) ?? [];
                expect(cleared.has(asked, at)).toBe(asked === known && at === went);
              }
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});
