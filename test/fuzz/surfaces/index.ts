import type { Surface } from '../surface.ts';
import { commandLines } from './cli.ts';
import { costs, policies } from './presets.ts';
import { checkpoints, results } from './state.ts';
import { standardInput } from './stdin.ts';
import { machines, packs, scenarios, sheets, vectors } from './text.ts';
import { cutTraces, traces } from './trace.ts';

export const SURFACES: readonly Surface[] = [
  traces,
  cutTraces,
  standardInput,
  scenarios,
  machines,
  policies,
  costs,
  vectors,
  sheets,
  packs,
  results,
  checkpoints,
  commandLines,
];
