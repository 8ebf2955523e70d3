import type { Surface } from '../surface.ts';
import { commandLines } from './cli.ts';
import { machines, packs, scenarios, sheets, vectors } from './text.ts';
import { cutTraces, traces } from './trace.ts';

export const SURFACES: readonly Surface[] = [
  traces,
  cutTraces,
  scenarios,
  machines,
  vectors,
  sheets,
  packs,
  commandLines,
];
