import type { CommandModule } from 'yargs';
import { comparisonCsv } from '../report/compare/csv.ts';
import { comparisonText } from '../report/compare/text.ts';
import { axesOf, type CompareArguments, compareOptions } from './compare-options.ts';
import { runComparison } from './comparison.ts';
import { print, terminalWidth } from './output.ts';
import { checkOutputs, type OutputArguments, outputOptions, writeOutputs } from './outputs.ts';
import { whole } from './whole.ts';

interface Arguments extends CompareArguments, OutputArguments {
  lines: number;
}

/** `pagewalk compare TRACE`: one trace at several points, side by side, and why they differ. */
export const compareCommand: CommandModule<object, Arguments> = {
  command: 'compare [trace..]',
  describe:
    'one trace under several policies, machines or settings: one table, and the ledger lines that differ',
  builder: (yargs) =>
    outputOptions(compareOptions(yargs), 'a row for each point')
      .option('lines', {
        type: 'number',
        default: 10,
        requiresArg: true,
        describe: 'ledger lines shown at most',
      })
      .example('$0 compare t.pwt --policy eager,linux-6.18,on-demand-fork', 'three policies')
      .example(
        '$0 compare t.pwt --machine skylake,zen3 --set tlb.stlb.ways=8,12',
        'their product: four points',
      )
      .example(
        '$0 compare --gen redis-snapshot size=32M --repeat 5 --policy eager,vfork',
        'under five seeds',
      ),
  handler: async (options) => {
    const lines = whole('lines', options.lines, 0);
    await checkOutputs(options);
    const comparison = await runComparison(options, axesOf(options));
    const alsoText = await writeOutputs(options, {
      json: () => `${JSON.stringify(comparison, null, 2)}\n`,
      csv: () => comparisonCsv(comparison),
    });
    if (alsoText) await print(comparisonText(comparison, { width: terminalWidth(120), lines }));
  },
};
