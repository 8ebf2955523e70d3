import asciichart from 'asciichart';
import Table from 'cli-table3';
import type { CommandModule } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { type MissCurve, MissRatios } from '../../trace/analyze/mrc.ts';
import { accessesOf } from '../../trace/statistics.ts';
import { print } from '../output.ts';
import { NO_BORDERS } from '../plain-table.ts';
import { RunProgress } from '../progress.ts';
import { grouped } from './chart.ts';
import { count, openNamed, type ReadArguments, readOptions, reportDamage } from './read-options.ts';

interface MrcArguments extends ReadArguments {
  accesses: 'all' | 'data' | 'fetch';
  page: '4K' | '2M' | '1G';
  sample: number;
  'max-sets': number;
  'max-ways': number;
  json: boolean;
  csv: boolean;
}

const PAGE_SHIFTS = { '4K': 0, '2M': 9, '1G': 18 } as const;

/** `pagewalk trace mrc TRACE`: how often a TLB of any size would miss. */
export const mrcCommand: CommandModule<object, MrcArguments> = {
  command: 'mrc <trace>',
  describe: 'miss-ratio curves: LRU TLBs of every size, and of every number of sets and ways, in one pass',
  builder: (yargs) =>
    readOptions(yargs)
      .option('accesses', {
        choices: ['all', 'data', 'fetch'] as const,
        default: 'all' as const,
        describe: 'which accesses look up: those of a unified TLB, a DTLB, an ITLB',
      })
      .option('page', {
        choices: ['4K', '2M', '1G'] as const,
        default: '4K' as const,
        describe: 'size of the pages',
      })
      .option('sample', {
        type: 'number',
        default: 1,
        requiresArg: true,
        describe: 'follow this share of the pages only (SHARDS), and no grid',
      })
      .option('max-sets', {
        type: 'number',
        default: 1024,
        requiresArg: true,
        describe: 'most sets of the grid, 0 for no grid',
      })
      .option('max-ways', {
        type: 'number',
        default: 16,
        requiresArg: true,
        describe: 'most ways of the grid',
      })
      .option('json', { type: 'boolean', default: false, describe: 'every size as JSON' })
      .option('csv', { type: 'boolean', default: false, describe: 'every size as entries,misses,ratio' }),
  handler: async (options) => {
    if (!(options.sample > 0 && options.sample <= 1))
      throw new InputError('--sample takes a share, such as 0.01');
    if (options.json && options.csv) throw new InputError('--json and --csv cannot both be printed');
    const ratios = new MissRatios({
      accesses: options.accesses,
      pageShift: PAGE_SHIFTS[options.page],
      sample: options.sample,
      sets: powersOfTwo(count('max-sets', options['max-sets'])!),
      ways: atLeastOne('max-ways', options['max-ways']),
    });
    const source = await openNamed(options);
    const progress = new RunProgress(source.info.bytes);
    try {
      for await (const chunk of source.chunks()) {
        ratios.add(chunk);
        progress.update(accessesOf(source.statistics), source.bytesRead);
      }
    } finally {
      progress.stop();
      await source.close();
    }
    const curve = ratios.curve();
    if (options.json) await print(`${JSON.stringify(asJson(options, curve, ratios), null, 2)}\n`);
    else if (options.csv) await print(asCsv(curve));
    else await print(asText(options, curve, ratios));
    reportDamage(source);
  },
};

function powersOfTwo(max: number): number[] {
  const sets: number[] = [];
  for (let n = 1; n <= Math.min(max, 2 ** 20); n *= 2) sets.push(n);
  return sets;
}

function atLeastOne(name: string, value: number): number {
  const whole = count(name, value)!;
  if (whole >= 1 && whole <= 1024) return whole;
  throw new InputError(`--${name} takes a number from 1 to 1024`);
}

function asJson(
  { accesses, page, sample }: MrcArguments,
  { lookups, misses, error }: MissCurve,
  { grid }: MissRatios,
): object {
  return {
    accesses,
    page,
    sample,
    lookups,
    error,
    misses: [...misses],
    grid: grid.map((stacks) => ({
      sets: stacks.sets,
      missesByWays: Array.from({ length: stacks.ways }, (_, i) => stacks.misses(i + 1)),
    })),
  };
}

function asCsv({ lookups, misses }: MissCurve): string {
  const rows = [...misses].map((count, entries) => `${entries},${Math.round(count)},${count / lookups}`);
  return `entries,misses,ratio\n${rows.join('\n')}\n`;
}

function asText({ accesses, page, sample }: MrcArguments, curve: MissCurve, { grid }: MissRatios): string {
  const { lookups, misses, error } = curve;
  const lines = [`${grouped(lookups)} lookups (${accesses}), pages of ${page}, LRU`];
  if (lookups === 0) return `${lines[0]}\n`;
  if (error) {
    const [mean, max] = [error.mean, error.max].map((ratio) => (100 * ratio).toFixed(3));
    lines.push(
      `sampled ${sample} of the pages; standard error of the miss ratio ${mean} % on average, ${max} % at worst`,
    );
  }
  lines.push('', 'fully associative', ...sizesTable(curve), '', ...curveChart(curve));
  if (grid.length > 0) {
    const ways = Array.from({ length: grid[0]!.ways }, (_, i) => i + 1).filter(
      (n) => (n & (n - 1)) === 0 || n === grid[0]!.ways,
    );
    const table = plainTable(['sets \\ ways', ...ways.map(String)]);
    for (const stacks of grid)
      table.push([String(stacks.sets), ...ways.map((n) => percent(stacks.misses(n) / lookups))]);
    lines.push('', 'miss ratio by sets and ways', ...table.toString().split('\n'));
  }
  const cold = misses[misses.length - 1]!;
  lines.push('', `${grouped(cold)} misses (${percent(cold / lookups)}) are first uses: no size avoids them`);
  return `${lines.join('\n')}\n`;
}

function sizesTable({ lookups, misses }: MissCurve): string[] {
  const table = plainTable(['entries', 'misses', 'miss ratio']);
  for (let entries = 1; ; entries *= 2) {
    const size = Math.min(entries, misses.length - 1);
    table.push([grouped(size), grouped(misses[size]!), percent(misses[size]! / lookups)]);
    if (size === misses.length - 1) return table.toString().split('\n');
  }
}

/** Miss ratio in per cent against the logarithm of the size: eight columns for each doubling. */
function curveChart({ lookups, misses }: MissCurve): string[] {
  const columns: number[] = [];
  for (let x = 0; ; x++) {
    const size = Math.min(Math.round(2 ** (x / 6)), misses.length - 1);
    columns.push((100 * misses[size]!) / lookups);
    if (size === misses.length - 1) break;
  }
  if (columns.length < 2) return [];
  const flat = Math.max(...columns) === Math.min(...columns);
  const format = (value: number): string => value.toFixed(3).padStart(9);
  return [
    'miss ratio in % by entries, six columns to a doubling',
    ...asciichart.plot(columns, flat ? { format } : { height: 10, format }).split('\n'),
  ];
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(3)} %`;
}

function plainTable(head: string[]): Table.Table {
  return new Table({
    head,
    colAligns: head.map(() => 'right'),
    style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 0 },
    chars: { ...NO_BORDERS, middle: ' ' },
  });
}
