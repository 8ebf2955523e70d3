/**
 * pagewalk as a library, without anything that needs Node: a run of chunks through a machine. docs/embedding.md has a
 * ten-line example.
 */
export { FETCH, LOAD, STORE, SUPERVISOR, USER } from './core/access.ts';
export { formatAddress, joinAddress, splitAddress } from './core/addr.ts';
export { InputError } from './core/errors.ts';
export type { Fault } from './core/fault.ts';
export * as format from './report/format.ts';
export { textReport } from './report/text.ts';
export { collect } from './sim/collect.ts';
export type { Machine } from './sim/machine/machine.ts';
export { parseResult } from './sim/read-result.ts';
export * as replay from './sim/replay/index.ts';
export type { RunResult } from './sim/result.ts';
export { type RunOptions, Simulation } from './sim/run.ts';
export { ChunkBuilder } from './trace/chunk-builder.ts';
export type { TraceEvent } from './trace/event.ts';
export type { TraceSource } from './trace/source.ts';
