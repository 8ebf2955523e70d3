/** What pagewalk adds where there is Node: presets and files of machines, policies, costs and traces. */
export type { ForkedArea, ProcessEvent, WrittenPage } from './kernel/policy/hooks.ts';
export { loadCostPreset } from './sim/calibrate/load-preset.ts';
export { type CompareRequest, compare } from './sim/compare/compare.ts';
export type { ComparedMetric, ComparedPoint, Comparison, Spread } from './sim/compare/comparison.ts';
export type { Axis, Combination } from './sim/compare/grid.ts';
export type { LedgerComparison, LedgerLine } from './sim/compare/ledger-comparison.ts';
export type { Unit } from './sim/compare/metrics.ts';
export type { NamedTrace } from './sim/compare/origin.ts';
export { loadMachine } from './sim/machine/load.ts';
export { presetNames } from './sim/machine/preset-files.ts';
export type { PolicySource } from './sim/policy/module.ts';
export { type LoadedPolicy, loadPolicy } from './sim/policy/read.ts';
export type { OpenOptions } from './trace/node/content.ts';
export { openTrace } from './trace/node/open.ts';
