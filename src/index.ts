/**
 * pagewalk as a library, without anything that needs Node: a run of chunks through a machine. docs/embedding.md has a
 * ten-line example.
 */
export {
  type AccessType,
  FETCH,
  LOAD,
  type Privilege,
  STORE,
  SUPERVISOR,
  USER,
} from './core/access.ts';
export type { Asid, Cycle, Pfn, Vpn } from './core/addr.ts';
export { formatAddress, joinAddress, splitAddress } from './core/addr.ts';
export { InputError } from './core/errors.ts';
export type { Fault, FaultReason } from './core/fault.ts';
export type { FaultOutcome } from './core/kernel-port.ts';
export type { Part, PartCosts } from './kernel/cost/parts.ts';
export type { CostPreset } from './kernel/cost/preset.ts';
export type { FaultKind } from './kernel/counters.ts';
export type { PolicyHooks } from './kernel/policy/hooks.ts';
export type * from './kernel/policy/policy.ts';
export type { PolicyPart, PolicyPrice, PolicyPrices } from './kernel/policy/prices.ts';
export type { PagingMode, PteFormat } from './mmu/mode/mode.ts';
export * as format from './report/format.ts';
export { textReport } from './report/text.ts';
export { collect } from './sim/collect.ts';
export type * from './sim/machine/machine.ts';
export { parseResult } from './sim/read-result.ts';
export * as replay from './sim/replay/index.ts';
export type * from './sim/result.ts';
export { type CheckpointPlan, type RunOptions, type RunPolicy, Simulation } from './sim/run.ts';
export type { Chunk } from './trace/chunk.ts';
export { ChunkBuilder } from './trace/chunk-builder.ts';
export type { Compacted } from './trace/compacted.ts';
export type { Compression } from './trace/compression.ts';
export type { Backing, Prot, TraceEvent } from './trace/event.ts';
export type { Inflater } from './trace/pwt/codec.ts';
export type { TraceInfo, TraceSource } from './trace/source.ts';
export type { TraceStatistics } from './trace/statistics.ts';
