import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WalkerPool } from '../../src/mmu/walker-pool.ts';

describe('the pool of walkers', () => {
  it('starts a walk when it arrives, as long as a walker is free', () => {
    const pool = new WalkerPool(2, 8);
    // Walks of 30 cycles at 10 and 15 each have a walker; the third waits for the first to end, at 40.
    expect([pool.start(10, 30), pool.start(15, 30), pool.start(20, 30)]).toEqual([10, 15, 40]);
    // That walker is busy until 70, the other until 45.
    expect([pool.start(21, 5), pool.start(100, 5)]).toEqual([45, 100]);
  });

  it('with one walker is a queue in order of arrival', () => {
    const pool = new WalkerPool(1, 8);
    expect([pool.start(0, 20), pool.start(1, 10), pool.start(2, 10)]).toEqual([0, 20, 30]);
  });

  it('holds an MSHR from arrival to completion: when all are taken, a free walker does not help', () => {
    const pool = new WalkerPool(4, 2);
    // Two misses outstanding until 50 and 20; the third gets its MSHR at 20, the fourth at 30.
    expect([pool.start(0, 50), pool.start(0, 20), pool.start(5, 10), pool.start(6, 10)]).toEqual([
      0, 0, 20, 30,
    ]);
  });

  it('begins afresh at a new time zero', () => {
    const pool = new WalkerPool(1, 1);
    pool.start(0, 1000);
    pool.restart();
    expect(pool.start(3, 10)).toBe(3);
  });

  it('never runs more walks at once than there are walkers, nor starts one before it arrives', () => {
    const walks = fc.array(
      fc.record({ gap: fc.integer({ min: 0, max: 30 }), length: fc.integer({ min: 1, max: 60 }) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        walks,
        (walkers, mshrs, list) => {
          const pool = new WalkerPool(walkers, mshrs);
          const spans: { from: number; to: number }[] = [];
          let arrival = 0;
          for (const { gap, length } of list) {
            arrival += gap;
            const from = pool.start(arrival, length);
            expect(from).toBeGreaterThanOrEqual(arrival);
            spans.push({ from, to: from + length });
            const running = spans.filter((span) => span.from <= from && span.to > from).length;
            expect(running).toBeLessThanOrEqual(Math.min(walkers, mshrs));
          }
        },
      ),
    );
  });
});
