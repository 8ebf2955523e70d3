import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { InputError } from '../../core/errors.ts';
import { MODIFY } from '../access-cursor.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { hexAddress, LineDecoder } from './line-decoder.ts';

/** Columns by any of their names; `address` is a must. */
const COLUMNS = {
  type: ['type', 'kind', 'op', 'rw', 'access'],
  address: ['address', 'addr', 'vaddr', 'va', 'virtual_address'],
  size: ['size', 'bytes', 'length'],
  pid: ['pid', 'process'],
  tid: ['tid', 'thread'],
} as const;
type Column = keyof typeof COLUMNS;

const TYPES: Readonly<Record<string, number>> = {
  fetch: FETCH,
  ifetch: FETCH,
  i: FETCH,
  x: FETCH,
  load: LOAD,
  read: LOAD,
  l: LOAD,
  r: LOAD,
  store: STORE,
  write: STORE,
  s: STORE,
  w: STORE,
  modify: MODIFY,
  m: MODIFY,
};

/**
 * Comma-, semicolon- or tab-separated values under a header that names the columns: type, address, size, pid, tid, in
 * any order, others ignored. Addresses are hex with 0x, decimal without. No type is a load.
 */
export function csvDecoder(builder: ChunkBuilder, name: string): LineDecoder {
  let header: Header | null = null;
  let running = '';
  return new LineDecoder(builder, name, (line) => {
    if (line.trim() === '') return;
    if (header === null) {
      header = headerOf(line);
      if (header === null) throw new InputError('no header that names a column address');
      return;
    }
    const values = line.split(header.separator).map((value) => value.trim().replace(/^"(.*)"$/, '$1'));
    const field = (column: Column): string | undefined => {
      const at = header!.columns[column];
      return at === undefined ? undefined : values[at];
    };
    const process = `${field('pid') ?? ''} ${field('tid') ?? ''}`;
    if (process !== running && field('pid')) {
      running = process;
      const tid = field('tid');
      builder.event({
        kind: 'switch',
        pid: whole('pid', field('pid')!),
        ...(tid && { tid: whole('tid', tid) }),
      });
    }
    const { high, low } = addressOf(field('address') ?? '');
    const size = field('size') ? whole('size', field('size')!) : 0;
    const type = typeOf(field('type'));
    if (type === MODIFY) builder.modify(high, low, size);
    else builder.add(type, high, low, size);
  });
}

interface Header {
  readonly separator: string;
  readonly columns: Partial<Record<Column, number>>;
}

function headerOf(line: string): Header | null {
  const separator = [',', ';', '\t'].find((candidate) => line.includes(candidate)) ?? ',';
  const names = line.split(separator).map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  );
  const columns: Partial<Record<Column, number>> = {};
  for (const [column, known] of Object.entries(COLUMNS)) {
    const at = names.findIndex((name) => (known as readonly string[]).includes(name));
    if (at >= 0) columns[column as Column] = at;
  }
  return columns.address === undefined ? null : { separator, columns };
}

function addressOf(text: string): { high: number; low: number } {
  if (/^0x[0-9a-f]+$/i.test(text)) return hexAddress(text);
  if (/^\d{1,20}$/.test(text)) return hexAddress(BigInt(text).toString(16));
  throw new InputError('an address is hex with 0x, or decimal');
}

function typeOf(text: string | undefined): number {
  if (!text) return LOAD;
  const type = TYPES[text.toLowerCase()];
  if (type === undefined) throw new InputError(`no access is of type '${text.slice(0, 20)}'`);
  return type;
}

function whole(column: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new InputError(`${column} is a whole number`);
}

export const looksLikeCsv = (lines: readonly string[]): boolean => {
  const header = lines[0] === undefined ? null : headerOf(lines[0]);
  return header !== null && lines[0]!.includes(header.separator);
};
