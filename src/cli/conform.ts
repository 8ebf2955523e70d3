import type { CommandModule } from 'yargs';
import { InputError } from '../core/errors.ts';
import { Conformance } from '../sim/conform.ts';
import { numberedLines } from '../sim/conform-lines.ts';
import { describeDifference } from '../sim/conform-text.ts';
import { parseVector } from '../sim/conform-vector.ts';
import { fromSystemError } from './errors.ts';
import { print } from './output.ts';

interface ConformArguments {
  files: string[];
  show: number;
}

interface Tally {
  passed: number;
  failed: number;
  /** Vectors of formats that we do not know, by format. */
  readonly skipped: Map<string, number>;
}

/** `pagewalk conform FILE...`: walker vectors of other models, emulators or RTL. Exit 1 when one differs. */
export const conformCommand: CommandModule<object, ConformArguments> = {
  command: 'conform <files..>',
  describe: 'run walker vectors of other models through the walker and the TLBs: does ours agree',
  builder: (yargs) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'files of vectors, one JSON object a line, plain or packed; - for standard input',
      })
      .option('show', {
        type: 'number',
        default: 3,
        requiresArg: true,
        describe: 'explain so many differing vectors of each file',
      })
      .example('$0 conform mine.jsonl.gz', 'vectors of your own: docs/vectors.md has the format'),
  handler: async ({ files, show }) => {
    const total: Tally = { passed: 0, failed: 0, skipped: new Map() };
    for (const file of files) {
      const tally = await conformFile(file, show).catch((error: unknown) => {
        throw fromSystemError(error, file) ?? error;
      });
      await print(`${file}: ${tallyText(tally)}\n`);
      total.passed += tally.passed;
      total.failed += tally.failed;
      for (const [format, count] of tally.skipped) addTo(total.skipped, format, count);
    }
    await print(`${tallyText(total)}\n`);
    if (total.failed > 0) process.exitCode = 1;
  },
};

async function conformFile(file: string, show: number): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, skipped: new Map() };
  const conformance = new Conformance();
  let lines = 0;
  for await (const { number, text } of numberedLines(file)) {
    lines++;
    const place = `${file}: line ${number}`;
    const vector = parseVector(text, place);
    if (typeof vector === 'string') {
      addTo(tally.skipped, vector, 1);
      continue;
    }
    const differences = conformance.run(vector);
    if (differences.length === 0) {
      tally.passed++;
    } else if (tally.failed++ < show) {
      await print(`${[`${place}: ${vector.fmt}`, ...differences.flatMap(describeDifference)].join('\n')}\n`);
    }
  }
  if (lines === 0) {
    throw new InputError('there are no vectors in this file', {
      place: file,
      remedy: 'docs/vectors.md describes the format',
    });
  }
  return tally;
}

function tallyText({ passed, failed, skipped }: Tally): string {
  let sum = 0;
  for (const count of skipped.values()) sum += count;
  const names = [...skipped].map(([format, count]) => `${format} ${count}`).join(', ');
  return `${passed} passed, ${failed} failed${sum > 0 ? `, ${sum} skipped (${names})` : ''}`;
}

function addTo(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
