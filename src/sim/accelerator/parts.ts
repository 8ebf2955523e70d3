import type { CacheHierarchy } from '../../memory/hierarchy.ts';
import { PACKED_KEY_REGIONS } from '../../tlb/key.ts';
import type { Tlb } from '../../tlb/tlb.ts';
import type { Hardware } from '../hardware.ts';
import * as L from './layout.ts';
import type { SharedMemory } from './memory.ts';
import {
  firstRecord,
  type HierarchyRecord,
  hierarchyRecord,
  pscRecords,
  type TlbRecord,
  tlbRecord,
} from './records.ts';

const MAX_CAUSES = 1024;

/** What the core and TypeScript tell each other, in their shared memory: records (layout.ts) and arrays beside them. */
export interface Parts {
  readonly core: Int32Array;
  /** The same record, for its doubles. */
  readonly doubles: Float64Array;
  readonly tlbs: readonly { readonly tlb: Tlb; readonly record: TlbRecord }[];
  /** By type of access. */
  readonly firsts: readonly { readonly tlb: Tlb; readonly words: Int32Array }[];
  /** By level of paging-structure cache, deepest first. */
  readonly pscs: readonly Int32Array[];
  /** What PTE reads go through, then the data caches where they are others. */
  readonly hierarchies: readonly { readonly hierarchy: CacheHierarchy; readonly record: HierarchyRecord }[];
  /** address >> 32 by region, addresses of slabs, cycles by cause, where the clock stands. */
  readonly highs: Int32Array;
  readonly slabs: Int32Array;
  readonly charges: Float64Array;
  readonly clock: Float64Array;
}

/** Makes the records of hardware whose arrays are in `shared`. */
export function layParts(hardware: Hardware, shared: SharedMemory): Parts {
  const { tlbs, psc, caches, dataCaches } = hardware;
  const core = shared.record(L.CORE, L.CORE_BYTES);
  return {
    core,
    doubles: new Float64Array(core.buffer, L.CORE, L.CORE_BYTES / 8),
    tlbs: tlbs.all.map((tlb) => ({ tlb, record: tlbRecord(shared, tlb) })),
    firsts: [tlbs.itlb, tlbs.dtlb, tlbs.storeTlb].map((tlb, type) => ({
      tlb,
      words: firstRecord(shared, tlb, type),
    })),
    pscs: pscRecords(shared, psc?.levels ?? []),
    hierarchies: [...new Set([caches, dataCaches])].map((hierarchy) => ({
      hierarchy,
      record: hierarchyRecord(shared, hierarchy),
    })),
    highs: shared.int32(PACKED_KEY_REGIONS),
    slabs: shared.int32(L.MAX_SLABS),
    charges: shared.float64(MAX_CAUSES),
    clock: shared.float64(4),
  };
}
