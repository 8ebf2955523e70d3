import type { CommandModule } from 'yargs';
import { AccessCursor } from '../../trace/access-cursor.ts';
import { eventText } from '../../trace/event-text.ts';
import { print } from '../output.ts';
import { count, openNamed, type ReadArguments, readOptions, reportDamage } from './read-options.ts';

interface HeadArguments extends ReadArguments {
  lines: number;
  from: number;
}

const NAMES = ['fetch', 'load', 'store', 'modify'];

/** `pagewalk trace head TRACE`: accesses and events as text. */
export const headCommand: CommandModule<object, HeadArguments> = {
  command: 'head <trace>',
  describe: 'show the first accesses and events, or those from a position on',
  builder: (yargs) =>
    readOptions(yargs)
      .option('lines', {
        alias: 'n',
        type: 'number',
        default: 20,
        requiresArg: true,
        describe: 'how many',
      })
      .option('from', {
        type: 'number',
        default: 0,
        requiresArg: true,
        describe: 'begin with this access, counted from 0',
      }),
  handler: async (options) => {
    const wanted = count('lines', options.lines)!;
    const from = count('from', options.from)!;
    // From the access before it on, so that its own events are told from earlier ones.
    const source = await openNamed(options, Math.max(0, from - 1));
    const lines: string[] = [];
    const cursor = new AccessCursor();
    let index = source.firstAccess ?? 0;
    try {
      if (wanted > 0)
        for await (const chunk of source.chunks()) {
          const { events } = chunk;
          let next = 0;
          cursor.start(chunk);
          let more = true;
          while (more && lines.length < wanted) {
            more = cursor.next();
            const at = more ? cursor.at : Number.POSITIVE_INFINITY;
            for (; next < events.length && events[next]!.at <= at; next++)
              if (index >= from) lines.push(`${' '.repeat(12)}${eventText(events[next]!.event)}`);
            if (more && index++ >= from)
              lines.push(`${String(index - 1).padStart(10)}  ${accessText(cursor)}`);
          }
          if (lines.length >= wanted) break;
        }
    } finally {
      await source.close();
    }
    await print(
      lines
        .slice(0, wanted)
        .map((line) => `${line}\n`)
        .join(''),
    );
    reportDamage(source);
  },
};

function accessText({ type, high, low, size, byKernel }: AccessCursor): string {
  const address = (BigInt(high) << 32n) | BigInt(low >>> 0);
  return `${NAMES[type]!.padEnd(6)} 0x${address.toString(16)} ${size}${byKernel ? ' (kernel)' : ''}`;
}
