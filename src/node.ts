/** What pagewalk adds where there is Node: machine presets and trace files. */
export { loadMachine, presetNames } from './sim/machine/load.ts';
export { openTrace } from './trace/node/open.ts';
