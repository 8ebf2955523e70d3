import { basename } from 'node:path';
import { openTrace } from '../../src/trace/node/open.ts';
import type { Columns } from './columns.ts';

/** A recorded trace, decoded. */
export async function recorded(path: string): Promise<Columns> {
  const source = await openTrace(path);
  const keys: Int32Array[] = [];
  const offsets: Uint16Array[] = [];
  let records = 0;
  for await (const chunk of source.chunks()) {
    keys.push(Int32Array.from(chunk.keys.subarray(0, chunk.count)));
    offsets.push(chunk.offsets.slice(0, chunk.count));
    records += chunk.count;
  }
  const columns = { keys: new Int32Array(records), offsets: new Uint16Array(records) };
  let at = 0;
  for (const [i, part] of keys.entries()) {
    columns.keys.set(part, at);
    columns.offsets.set(offsets[i]!, at);
    at += part.length;
  }
  const highs = Array.from({ length: source.regions.count }, (_, region) => source.regions.highOf(region));
  return { name: basename(path).replace(/\..*/, ''), ...columns, highs, untimed: 0 };
}
