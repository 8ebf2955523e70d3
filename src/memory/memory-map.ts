import type { Pfn } from '../core/addr.ts';
import { PAGE_BYTES } from '../core/addr.ts';

/** A run of physical addresses with memory behind them, in bytes; bounds need not be page-aligned. */
export interface MemoryRange {
  readonly base: bigint;
  readonly size: bigint;
}

/**
 * Which physical addresses have memory behind them: what RISC-V calls the PMAs of main memory. A PTE read outside it
 * is an access fault. Addresses travel as (pfn, offset), so that all 56 bits are exact.
 */
export class MemoryMap {
  /** Four numbers a range: first pfn and offset, last pfn and offset of its last byte. */
  private readonly bounds: Float64Array;

  /** Ranges that touch or overlap count as one. */
  constructor(ranges: readonly MemoryRange[]) {
    const bounds: number[] = [];
    const page = BigInt(PAGE_BYTES);
    for (const { base, size } of merged(ranges)) {
      const last = base + size - 1n;
      bounds.push(Number(base / page), Number(base % page), Number(last / page), Number(last % page));
    }
    this.bounds = Float64Array.from(bounds);
  }

  /** Whether all of `bytes` bytes at `offset` of a frame are memory; they must not cross into the next frame. */
  contains(pfn: Pfn, offset: number, bytes: number): boolean {
    const bounds = this.bounds;
    const lastOffset = offset + bytes - 1;
    for (let at = 0; at < bounds.length; at += 4) {
      const afterStart = pfn > bounds[at]! || (pfn === bounds[at]! && offset >= bounds[at + 1]!);
      const beforeEnd = pfn < bounds[at + 2]! || (pfn === bounds[at + 2]! && lastOffset <= bounds[at + 3]!);
      if (afterStart && beforeEnd) return true;
    }
    return false;
  }
}

function merged(ranges: readonly MemoryRange[]): MemoryRange[] {
  const sorted = ranges.filter(({ size }) => size > 0n).sort((a, b) => (a.base < b.base ? -1 : 1));
  const result: { base: bigint; size: bigint }[] = [];
  for (const { base, size } of sorted) {
    const previous = result.at(-1);
    if (previous !== undefined && base <= previous.base + previous.size) {
      const end = base + size;
      if (end > previous.base + previous.size) previous.size = end - previous.base;
    } else {
      result.push({ base, size });
    }
  }
  return result;
}
