/** What pagewalk adds where there is Node: presets and files of machines, policies, costs and traces. */
export { loadCostPreset } from './sim/calibrate/load-preset.ts';
export { type CompareRequest, compare } from './sim/compare/compare.ts';
export type { Comparison } from './sim/compare/comparison.ts';
export { loadMachine } from './sim/machine/load.ts';
export { presetNames } from './sim/machine/preset-files.ts';
export type { PolicySource } from './sim/policy/module.ts';
export { loadPolicy } from './sim/policy/read.ts';
export { openTrace } from './trace/node/open.ts';
