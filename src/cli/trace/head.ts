import type { CommandModule } from 'yargs';
import { AccessCursor } from '../../trace/access-cursor.ts';
import { eventText } from '../../trace/event-text.ts';
import { print } from '../output.ts';
import { count, openNamed, type ReadArguments, readOptions, reportDamage } from './read-options.ts';

interface HeadArguments extends ReadArguments {
  lines: number;
}

const NAMES = ['fetch', 'load', 'store', 'modify'];

/** `pagewalk trace head TRACE`: the first accesses and events as text. */
export const headCommand: CommandModule<object, HeadArguments> = {
  command: 'head <trace>',
  describe: 'show the first accesses and events',
  builder: (yargs) =>
    readOptions(yargs).option('lines', {
      alias: 'n',
      type: 'number',
      default: 20,
      requiresArg: true,
      describe: 'how many',
    }),
  handler: async (options) => {
    const wanted = count('lines', options.lines)!;
    const source = await openNamed(options);
    const lines: string[] = [];
    const cursor = new AccessCursor();
    let index = 0;
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
              lines.push(`${' '.repeat(12)}${eventText(events[next]!.event)}`);
            if (more) lines.push(`${String(index++).padStart(10)}  ${accessText(cursor)}`);
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
