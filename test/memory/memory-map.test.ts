import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryMap } from '../../src/memory/memory-map.ts';

describe('the map of where there is memory', () => {
  it('holds a PTE only when all of its bytes are memory', () => {
    const map = new MemoryMap([{ base: 0x1004n, size: 0x1000n }]);
    expect(map.contains(1, 0, 8)).toBe(false);
    expect(map.contains(1, 4, 8)).toBe(true);
    expect(map.contains(1, 0xff8, 8)).toBe(true);
    expect(map.contains(2, 0, 4)).toBe(true);
    expect(map.contains(2, 0, 8)).toBe(false);
    expect(map.contains(2, 4, 4)).toBe(false);
  });

  it('takes ranges that touch as one', () => {
    const map = new MemoryMap([
      { base: 0x1004n, size: 0x100n },
      { base: 0x1000n, size: 4n },
    ]);
    expect(map.contains(1, 0, 8)).toBe(true);
  });

  it('is exact up to 56-bit addresses', () => {
    const last = (1n << 56n) - 8n;
    const map = new MemoryMap([{ base: last, size: 8n }]);
    const pfn = 2 ** 44 - 1;
    expect(map.contains(pfn, 0xff8, 8)).toBe(true);
    expect(map.contains(pfn, 0xff0, 8)).toBe(false);
  });

  it('agrees with a test of every byte', () => {
    const range = fc.record({ base: fc.bigInt(0n, 0x4000n), size: fc.bigInt(0n, 0x1800n) });
    fc.assert(
      fc.property(fc.array(range, { maxLength: 4 }), fc.integer({ min: 0, max: 0x5ff0 }), (ranges, at) => {
        const bytes = Math.min(8, 4096 - (at % 4096));
        const isMemory = (byte: bigint) =>
          ranges.some(({ base, size }) => byte >= base && byte < base + size);
        const all = Array.from({ length: bytes }, (_, i) => isMemory(BigInt(at + i))).every(Boolean);
        expect(new MemoryMap(ranges).contains(Math.floor(at / 4096), at % 4096, bytes)).toBe(all);
      }),
    );
  });
});
