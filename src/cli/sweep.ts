import type { CommandModule } from 'yargs';
import { InputError, nearest } from '../core/errors.ts';
import { comparisonCsv } from '../report/compare/csv.ts';
import { gridText } from '../report/compare/grid.ts';
import { METRICS } from '../sim/compare/metrics.ts';
import { axesOf, type CompareArguments, compareOptions } from './compare-options.ts';
import { runComparison } from './comparison.ts';
import { print, terminalWidth } from './output.ts';
import { checkOutputs, type OutputArguments, outputOptions, writeOutputs } from './outputs.ts';

interface Arguments extends CompareArguments, OutputArguments {
  metric: string[];
}

/** `pagewalk sweep TRACE`: one trace over a grid, and what one metric does there. */
export const sweepCommand: CommandModule<object, Arguments> = {
  command: 'sweep [trace..]',
  describe: 'one trace over a grid of machine settings: one metric, or several, for each point',
  builder: (yargs) =>
    outputOptions(compareOptions(yargs), 'a row for each point, all metrics')
      .option('metric', {
        type: 'string',
        array: true,
        default: ['cycles'],
        requiresArg: true,
        describe: 'what to show, separated by commas, of the list below; the last axis runs across',
      })
      .epilogue(`Metrics:\n${METRICS.map(({ key, meaning }) => `  ${key.padEnd(15)} ${meaning}`).join('\n')}`)
      .example('$0 sweep t.pwt --set tlb.stlb.ways=4,8,12 --set walkers.count=1,2', 'six points')
      .example('$0 sweep t.pwt --set tlb.stlb.ways=4,8,12 --metric stlb.mpki,cycles', 'two metrics'),
  handler: async (options) => {
    await checkOutputs(options);
    const metrics = metricsNamed(options.metric);
    const comparison = await runComparison(options, axesOf(options));
    const alsoText = await writeOutputs(options, {
      json: () => `${JSON.stringify(comparison, null, 2)}\n`,
      csv: () => comparisonCsv(comparison),
    });
    if (alsoText) await print(gridText(comparison, metrics, terminalWidth(120)));
  },
};

function metricsNamed(texts: readonly string[]): string[] {
  const keys = METRICS.map(({ key }) => key);
  const wanted = texts.flatMap((text) => text.split(',')).map((word) => word.trim());
  const unknown = wanted.find((word) => !keys.includes(word));
  if (unknown === undefined) return wanted;
  const guess = nearest(unknown, keys);
  throw new InputError(`no metric is called '${unknown}'`, {
    remedy: guess ? `did you mean '${guess}'?` : `the metrics are ${keys.join(', ')}`,
  });
}
