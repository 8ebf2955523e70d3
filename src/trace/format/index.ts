import { InputError, nearest } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { type Decoder, decodeStream } from '../decode.ts';
import { describePwt, looksLikePwt } from '../pwt/file-header.ts';
import { decodePwt } from '../pwt/reader.ts';
import { PwtWriter } from '../pwt/writer.ts';
import { accessWriter } from '../write/access-writer.ts';
import { lackeyFormat } from '../write/lackey.ts';
import type { Head, TraceFormat } from './format.ts';
import { LackeyDecoder, looksLikeLackey } from './lackey.ts';

/** `decode` of a format whose decoder works record by record. */
function records(make: (builder: ChunkBuilder, name: string) => Decoder): TraceFormat['decode'] {
  return (source, builder, { name }) => decodeStream(source, make(builder, name), builder);
}

/** Every format that can be read, the most specific signs first. */
export const TRACE_FORMATS: readonly TraceFormat[] = [
  {
    name: 'pwt',
    title: 'the native format: accesses, mappings and forks',
    origin: 'docs/trace-format.md',
    matches: (head) => looksLikePwt(head.bytes),
    describe: (head, name) => describePwt(head.bytes, name),
    decode: decodePwt,
    write: (out, context) => PwtWriter.begin(out, context.deflater, context),
  },
  {
    name: 'lackey',
    title: 'Valgrind lackey log, --trace-mem=yes',
    origin: 'valgrind, lackey/lk_main.c',
    matches: (head) => looksLikeLackey(head.lines),
    decode: records((builder, name) => new LackeyDecoder(builder, name)),
    write: accessWriter(lackeyFormat),
  },
];

/** The format of that name. */
export function formatNamed(name: string): TraceFormat {
  const found = TRACE_FORMATS.find((format) => format.name === name);
  if (found) return found;
  const names = TRACE_FORMATS.map((format) => format.name);
  const close = nearest(name, names);
  throw new InputError(`no trace format is called '${name}'`, {
    remedy: close ? `did you mean '${close}'?` : `formats: ${names.join(', ')}`,
  });
}

/** The format whose signs these first bytes show. */
export function detectFormat(head: Head): TraceFormat | undefined {
  return TRACE_FORMATS.find((format) => format.matches(head));
}
