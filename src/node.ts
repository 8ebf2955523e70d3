/** What pagewalk adds where there is Node: machine presets and trace files. */
export { loadMachine } from './sim/machine/load.ts';
export { presetNames } from './sim/machine/preset-files.ts';
export { openTrace } from './trace/node/open.ts';
