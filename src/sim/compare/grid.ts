import { InputError } from '../../core/errors.ts';

/** One thing that is varied: `policy`, `machine`, `kernel`, or a key of the machine as `--set` takes it. */
export interface Axis {
  readonly name: string;
  readonly values: readonly string[];
}

/** One combination: a value for each axis, in the order of the axes. */
export type Combination = readonly string[];

/** Combinations beyond this are a slip: a day's work on one machine. */
const MAX_POINTS = 10_000;

/**
 * The product of the axes, the last one running fastest. Axes of one value are the same at all points.
 * @throws InputError when a value stands twice on an axis, or the product is beyond reason
 */
export function combinationsOf(axes: readonly Axis[]): Combination[] {
  for (const { name, values } of axes) {
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice !== undefined)
      throw new InputError(`${name} is given '${twice}' twice`, { remedy: 'name each value once' });
  }
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MAX_POINTS)
    throw new InputError(`${count} points are more than ${MAX_POINTS}`, {
      remedy: 'vary fewer things at once',
    });
  let points: Combination[] = [[]];
  for (const { values } of axes) points = points.flatMap((point) => values.map((value) => [...point, value]));
  return points;
}

/**
 * `key=1,2,4` as an axis. Commas inside brackets, braces or quotes belong to a value.
 * @throws InputError when it is not of that form
 */
export function settingAxis(setting: string): Axis {
  const split = setting.indexOf('=');
  if (split < 1)
    throw new InputError(`'${setting}' is not of the form key=value`, {
      place: `--set ${setting}`,
      remedy: 'write for example --set tlb.stlb.ways=8,12',
    });
  return { name: setting.slice(0, split).trim(), values: listOf(setting.slice(split + 1)) };
}

/** The items of a comma-separated list; at least one, none of them empty but for an empty text. */
export function listOf(text: string): string[] {
  const items = [''];
  let depth = 0;
  let quote = '';
  for (const character of text) {
    if (quote) quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ('[{('.includes(character)) depth++;
    else if (']})'.includes(character)) depth--;
    if (character === ',' && depth === 0 && !quote) items.push('');
    else items[items.length - 1] += character;
  }
  const trimmed = items.map((item) => item.trim());
  if (trimmed.length > 1 && trimmed.includes(''))
    throw new InputError(`the list '${text}' has an empty item`, {
      remedy: 'separate the items by one comma',
    });
  return trimmed;
}
