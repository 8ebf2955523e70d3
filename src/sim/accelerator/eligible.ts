import type { Machine, Tlb } from '../machine/machine.ts';

const MODES: readonly string[] = ['x86-64', 'la57', 'sv39', 'sv48', 'sv57'];
const POLICIES: readonly string[] = ['lru', 'fifo'];
/** Line numbers are int32 in the core: physical addresses of at most 31 bits and the line's. */
const LINE_BITS = 31;

/** Whether the WebAssembly core knows everything that this machine is made of. */
export function isEligible(machine: Machine): boolean {
  const { paging, tlb, caches, kernel } = machine;
  const tlbs = [tlb.itlb, tlb.dtlb, tlb.storeTlb, tlb.stlb].filter((one) => one !== null);
  const firsts = [tlb.itlb, tlb.dtlb, tlb.storeTlb ?? tlb.dtlb];
  const line = caches[0]?.line ?? 64;
  return (
    MODES.includes(paging.mode) &&
    tlbs.every(knownTlb) &&
    firsts.every(({ latency }) => latency === 0) &&
    Math.ceil(Math.log2(kernel.memoryBytes)) + 1 - Math.log2(line) <= LINE_BITS
  );
}

/** 4 KiB entries have a home whose sets are under a mask, and every array keeps its ways in order of age. */
function knownTlb({ arrays, fillOnMiss }: Tlb): boolean {
  const small = arrays.find(({ sizes }) => sizes.includes('4K'));
  return (
    fillOnMiss &&
    small !== undefined &&
    Number.isInteger(Math.log2(small.sets)) &&
    arrays.every(({ replacement }) => POLICIES.includes(replacement))
  );
}
