import type { CommandModule } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { type SimulatedAccess, TlbSim } from '../../lab/tlbsim.ts';
import { openTrace } from '../../trace/node/open.ts';
import { print } from '../output.ts';

interface TlbsimArguments {
  s: number;
  E: number;
  b: number;
  t: string;
  v: boolean | undefined;
}

/** Entries beyond which nobody builds a TLB or a cache: a slip of the hand. */
const MAX_ENTRIES = 2 ** 24;

export const tlbsimCommand: CommandModule<object, TlbsimArguments> = {
  command: 'tlbsim',
  describe: "the CS:APP cache lab's csim, as a TLB: same arguments, same traces, same last line",
  builder: (yargs) =>
    yargs
      .option('s', {
        type: 'number',
        demandOption: true,
        requiresArg: true,
        describe: 'set index bits: 2^s sets',
      })
      .option('E', {
        type: 'number',
        demandOption: true,
        requiresArg: true,
        describe: 'entries (ways) a set',
      })
      .option('b', {
        type: 'number',
        demandOption: true,
        requiresArg: true,
        describe: 'offset bits: 12 for 4 KiB pages',
      })
      .option('t', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'a trace of valgrind --tool=lackey --trace-mem=yes, packed or not; - for stdin',
      })
      .option('v', { type: 'boolean', describe: 'print what each access does' })
      .example('$0 lab tlbsim -s 4 -E 2 -b 12 -t yi.trace', 'sixteen sets of two ways, 4 KiB pages'),
  handler: async ({ s, E, b, t, v }) => {
    wholeNumber('s', s, 0, 24);
    wholeNumber('E', E, 1, MAX_ENTRIES);
    wholeNumber('b', b, 0, 63);
    if (2 ** s * E > MAX_ENTRIES || s + b > 64)
      throw new InputError(`2^${s} sets of ${E} ways with 2^${b} bytes a page are more than there is`, {
        remedy: 'for example -s 4 -E 2 -b 12',
      });
    const simulator = new TlbSim({ s, E, b });
    const source = await openTrace(t, { format: 'lackey' });
    try {
      for await (const chunk of source.chunks()) {
        const lines: string[] = [];
        simulator.run(chunk, v ? (access) => lines.push(lineOf(access)) : undefined);
        if (lines.length > 0) await print(lines.join(''));
      }
    } finally {
      await source.close();
    }
    const { hits, misses, evictions } = simulator;
    await print(`hits:${hits} misses:${misses} evictions:${evictions}\n`);
  },
};

function lineOf({ letter, address, size, outcomes }: SimulatedAccess): string {
  return `${letter} ${address.toString(16)},${size} ${outcomes.join(' ')}\n`;
}

function wholeNumber(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new InputError(`-${name} takes a whole number from ${low} to ${high}, not '${value}'`);
}
