import type { Machine, Tlb } from '../machine/machine.ts';

const MODES: readonly string[] = ['x86-64', 'la57', 'sv39', 'sv48', 'sv57'];
const POLICIES: readonly string[] = ['lru', 'fifo'];
/** Line numbers are int32 in the core: physical addresses of at most 31 bits and the line's. */
const LINE_BITS = 31;

/** What of a machine the WebAssembly core does not know, in words; null when it knows everything. */
export function unknownTo(machine: Machine): string | null {
  const { paging, tlb, caches, kernel } = machine;
  if (!MODES.includes(paging.mode)) return `the paging mode ${paging.mode}`;
  const firsts = [tlb.itlb, tlb.dtlb, tlb.storeTlb ?? tlb.dtlb];
  if (firsts.some(({ latency }) => latency !== 0)) return 'first-level TLBs whose hits take time';
  for (const one of [tlb.itlb, tlb.dtlb, tlb.storeTlb, tlb.stlb]) {
    const unknown = one && unknownIn(one);
    if (unknown !== null) return unknown;
  }
  const lineBits = Math.ceil(Math.log2(kernel.memoryBytes)) + 1 - Math.log2(caches[0]?.line ?? 64);
  return lineBits > LINE_BITS ? `more than ${2 ** LINE_BITS} cache lines of memory` : null;
}

/** 4 KiB entries have a home whose sets are under a mask, and every array keeps its ways in order of age. */
function unknownIn({ arrays, fillOnMiss }: Tlb): string | null {
  if (!fillOnMiss) return 'TLBs that a miss does not fill';
  const small = arrays.find(({ sizes }) => sizes.includes('4K'));
  if (small === undefined) return 'TLBs without 4 KiB entries';
  if (!Number.isInteger(Math.log2(small.sets))) return `TLBs of ${small.sets} sets`;
  const other = arrays.find(({ replacement }) => !POLICIES.includes(replacement));
  return other === undefined ? null : `the replacement policy ${other.replacement}`;
}
