import type { CommandModule } from 'yargs';
import { InputError } from '../../core/errors.ts';
import { type Slice, slice } from '../../trace/transform/slice.ts';
import { count, openNamed, type ReadArguments, readOptions } from './read-options.ts';
import { type WriteArguments, writeAll, writeOptions } from './write-options.ts';

interface SliceArguments extends ReadArguments, WriteArguments {
  from: number;
  until: number | undefined;
  pid: number[] | undefined;
  address: string | undefined;
}

/** `pagewalk trace slice TRACE -o OUT`: a part of a trace, by position, process or address. */
export const sliceCommand: CommandModule<object, SliceArguments> = {
  command: 'slice <trace>',
  describe: 'cut a part out of a trace, by position, process or address',
  builder: (yargs) =>
    writeOptions(readOptions(yargs))
      .option('from', {
        type: 'number',
        default: 0,
        requiresArg: true,
        describe: 'first access, counted from 0',
      })
      .option('until', { type: 'number', requiresArg: true, describe: 'the access before which it ends' })
      .option('pid', {
        type: 'number',
        array: true,
        requiresArg: true,
        describe: 'only accesses of this process',
      })
      .option('address', {
        type: 'string',
        requiresArg: true,
        describe: 'only accesses that touch FIRST-END (hex, END not included)',
      })
      .example('$0 trace slice t.pwt -o part.pwt --from 1000000 --until 2000000', 'the second million'),
  handler: async (options) => {
    const from = count('from', options.from)!;
    const to = count('until', options.until) ?? Number.POSITIVE_INFINITY;
    if (to <= from) throw new InputError('--until must be larger than --from');
    const wanted: Slice = {
      from,
      to,
      pids: options.pid === undefined ? null : new Set(options.pid),
      addresses: options.address === undefined ? null : addressRange(options.address),
    };
    const source = await openNamed(options, from);
    const chunks = slice(source.chunks(), wanted, source.firstAccess);
    await writeAll(source, chunks, options, { slice: sliceText(options) });
  },
};

function sliceText({ from, until, pid, address }: SliceArguments): string {
  const parts = [`accesses ${from} to ${until ?? 'the end'}`];
  if (pid) parts.push(`of process ${pid.join(', ')}`);
  if (address) parts.push(`at ${address}`);
  return parts.join(' ');
}

function addressRange(text: string): { first: bigint; end: bigint } {
  const parts = /^(?:0x)?([0-9a-f]{1,16})-(?:0x)?([0-9a-f]{1,17})$/i.exec(text);
  const range = parts && { first: BigInt(`0x${parts[1]}`), end: BigInt(`0x${parts[2]}`) };
  if (range && range.first < range.end && range.end <= 1n << 64n) return range;
  throw new InputError(`--address takes a range such as 0x1000-0x2000, not '${text}'`);
}
