import { MAX_COMPACTED_SETS } from '../../trace/compaction.ts';
import type { Machine, Tlb } from '../machine/machine.ts';

/** How many sets compaction may tell apart for all of these machines: those of the first-level TLB that has fewest. */
export function setsInCommon(machines: readonly Machine[]): number {
  const firsts = machines.flatMap(({ tlb: { itlb, dtlb, storeTlb } }) => [itlb, dtlb, storeTlb ?? dtlb]);
  return Math.min(MAX_COMPACTED_SETS, ...firsts.map(setsOf));
}

function setsOf({ arrays }: Tlb): number {
  const small = arrays.find(({ sizes }) => sizes.includes('4K'));
  return small !== undefined && Number.isInteger(Math.log2(small.sets)) ? small.sets : 1;
}
