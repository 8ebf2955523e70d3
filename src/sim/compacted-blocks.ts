import { FETCH, LOAD } from '../core/access.ts';
import type { TlbHierarchy } from '../tlb/hierarchy.ts';
import type { Tlb } from '../tlb/tlb.ts';
import type { Compacted } from '../trace/compacted.ts';

/** Whether the first-level TLBs choose among so many sets, or a multiple, by the lowest bits of the VPN, for all they hold. */
export function canTellApart({ itlb, dtlb, storeTlb }: TlbHierarchy, sets: number): boolean {
  return sets === 1 || (tellsApart(itlb, sets) && tellsApart(dtlb, sets) && tellsApart(storeTlb, sets));
}

function tellsApart({ large, small }: Tlb, sets: number): boolean {
  return large === 0 && small.masked >= 0 && small.table.sets >= sets;
}

/** The blocks first..end-1 that lie in records from..to-1; none when `first` is not below `end`. */
export function wholeBlocks(records: Uint32Array, from: number, to: number): { first: number; end: number } {
  return { first: firstFrom(records, from), end: firstFrom(records, to + 1) - 1 };
}

/** The first block (or end of all) that begins at or behind a record. */
function firstFrom(records: Uint32Array, record: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]! < record) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Counts the lookups of what is folded of a block before record `end` of the chunk. */
export function countFolded(
  { itlb, dtlb, storeTlb }: TlbHierarchy,
  { places, records, kept, folded }: Compacted,
  block: number,
  keys: Int32Array,
  end: number,
): void {
  let [fetches, loads, stores] = [folded[3 * block]!, folded[3 * block + 1]!, folded[3 * block + 2]!];
  if (end < records[block + 1]!) {
    fetches = loads = stores = 0;
    let next = kept[block]!;
    for (let i = records[block]!; i < end; i++) {
      if (places[next] === i && next < kept[block + 1]!) next++;
      else if ((keys[i]! & 3) === FETCH) fetches++;
      else if ((keys[i]! & 3) === LOAD) loads++;
      else stores++;
    }
  }
  itlb.lookups += fetches;
  dtlb.lookups += loads;
  storeTlb.lookups += stores;
}
