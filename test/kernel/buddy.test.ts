import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuddyAllocator, MAX_ORDER } from '../../src/kernel/frame/buddy.ts';
import { FrameTable } from '../../src/kernel/frame/frames.ts';

const FRAMES = 4 << MAX_ORDER;

function allocator(): BuddyAllocator {
  return new BuddyAllocator(new FrameTable(), FRAMES);
}

describe('the buddy allocator', () => {
  it('never gives out a frame twice, aligns each block to its size, and knows what is free', () => {
    const step = fc.oneof(
      fc.record({ order: fc.integer({ min: 0, max: MAX_ORDER }) }),
      fc.record({ give: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const buddy = allocator();
        // The slow model: which frames are taken.
        const taken = new Set<number>();
        const blocks: { pfn: number; order: number }[] = [];
        for (const one of steps) {
          if ('order' in one) {
            const pfn = buddy.allocate(one.order);
            if (pfn < 0) continue;
            expect(pfn % (1 << one.order)).toBe(0);
            for (let frame = pfn; frame < pfn + (1 << one.order); frame++) {
              expect(taken.has(frame)).toBe(false);
              taken.add(frame);
            }
            blocks.push({ pfn, order: one.order });
          } else if (blocks.length > 0) {
            const [{ pfn, order }] = blocks.splice(one.give % blocks.length, 1) as [(typeof blocks)[number]];
            buddy.release(pfn, order);
            for (let frame = pfn; frame < pfn + (1 << order); frame++) taken.delete(frame);
          }
          expect(buddy.usedFrames).toBe(taken.size);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('merges buddies again: after all single frames came back, the largest blocks can be had', () => {
    const buddy = allocator();
    const frames = Array.from({ length: FRAMES }, () => buddy.allocate(0));
    expect(buddy.allocate(0)).toBe(-1);
    for (const pfn of frames) buddy.release(pfn, 0);
    const blocks = Array.from({ length: 4 }, () => buddy.allocate(MAX_ORDER));
    expect(new Set(blocks)).toEqual(new Set([0, 1024, 2048, 3072]));
  });

  it('says when memory is there but not in one piece', () => {
    const buddy = allocator();
    const frames = Array.from({ length: FRAMES }, () => buddy.allocate(0));
    for (const pfn of frames) if (pfn % 2 === 0) buddy.release(pfn, 0);
    expect(buddy.freeFrames).toBe(FRAMES / 2);
    expect(buddy.allocate(1)).toBe(-1);
  });
});
