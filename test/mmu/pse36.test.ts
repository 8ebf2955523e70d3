import { describe, expect, it } from 'vitest';
import { X86_32 } from '../../src/mmu/mode/x86-32.ts';
import type { X86Controls } from '../../src/mmu/rules/controls.ts';
import { reservedBits } from '../../src/mmu/rules/x86-reserved.ts';

/** Bits `high` to `low`. */
const bits = (high: number, low: number) => 2n ** BigInt(high + 1) - 2n ** BigInt(low);

describe('an entry of 32-bit paging', () => {
  const reserved = (maxphyaddr: number, level: number, isLeaf: boolean) =>
    reservedBits(X86_32, { maxphyaddr, nxe: false } as X86Controls, level, isLeaf, level === 2 ? 10 : 0);

  // SDM vol. 3A, table 4-4: bits 20 to 13 are address bits 39 to 32, M = min(40, MAXPHYADDR): bits (M - 20):13 are the
  // address, bits 21:(M - 19) reserved.
  it.each([
    [32, bits(21, 13)],
    [36, bits(21, 17)],
    [39, bits(21, 20)],
    [40, bits(21, 21)],
    [52, bits(21, 21)],
  ])('of 4 MiB with %i physical address bits has these reserved', (maxphyaddr, wanted) => {
    expect(reserved(maxphyaddr, 2, true)).toBe(wanted);
  });

  it('has no other reserved bits, as a pointer or as a leaf of 4 KiB', () => {
    expect([reserved(36, 2, false), reserved(36, 1, true)]).toEqual([0n, 0n]);
  });
});
