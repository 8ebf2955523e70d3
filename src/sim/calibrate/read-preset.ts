import { InputError, nearest } from '../../core/errors.ts';
import { PARTS, type Part } from '../../kernel/cost/parts.ts';
import { BUILT_IN, type CostPreset } from '../../kernel/cost/preset.ts';
import { scaleCosts } from '../../kernel/cost/scale.ts';
import { type FileKind, parseMachineText } from '../machine/parse.ts';
import { childOf, isMapping, plain, type TreeNode } from '../machine/tree.ts';

const COST_FILE: FileKind = { name: 'cost preset', docs: 'docs/calibration.md', start: 'linux-6.18' };

/**
 * Reads a cost preset, as `pagewalk calibrate -o` writes it. Parts that it does not price cost what they do in the
 * built-in preset of Linux 6.18, for the same time.
 *
 * @param file its name, for messages
 * @throws InputError at file:line:column for broken YAML, an unknown part, a price that is no number of cycles
 */
export function readCostPreset(text: string, file: string): CostPreset {
  const root = parseMachineText(text, file, COST_FILE);
  const costs = childOf(root, 'costs');
  if (!costs || !isMapping(costs))
    throw new InputError('a cost preset has its prices under `costs`, and this file has none', {
      place: file,
      remedy: 'pagewalk calibrate -o FILE writes one; docs/calibration.md shows the format',
    });
  const core = childOf(root, 'core');
  const frequencyGHz = positive(core && childOf(core, 'frequencyGHz'), 'core.frequencyGHz', file);
  const name = childOf(root, 'name')?.value;
  const provenance = childOf(root, 'provenance');
  const scaled = scaleCosts(BUILT_IN.costs, frequencyGHz / BUILT_IN.frequencyGHz);
  const prices: Record<Part, number> = { ...scaled };
  for (const [part, node] of costs.value) prices[known(part, node)] = price(part, node);
  return {
    name: typeof name === 'string' ? name : file,
    frequencyGHz,
    costs: prices,
    ...(provenance && isMapping(provenance) && { provenance: plain(provenance) as Record<string, unknown> }),
  };
}

function known(part: string, { place }: TreeNode): Part {
  if ((PARTS as readonly string[]).includes(part)) return part as Part;
  const guess = nearest(part, PARTS);
  throw new InputError(`there is no part of kernel work called '${part}'`, {
    place,
    remedy: guess ? `did you mean '${guess}'?` : `the parts are ${PARTS.join(', ')}`,
  });
}

function price(part: string, { value, place }: TreeNode): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new InputError(`the price of '${part}' is ${shown(value)}, not a number of cycles`, {
    place,
    remedy: 'write a number, 0 or more',
  });
}

function positive(node: TreeNode | undefined, key: string, file: string): number {
  const value = node?.value;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw new InputError(`${key} is ${shown(value)}, and cycles mean nothing without it`, {
    place: node?.place ?? file,
    remedy: 'give the clock rate that the cycles are of, such as 2.6',
  });
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : typeof value === 'object' ? 'a list or mapping' : `'${value}'`;
}
