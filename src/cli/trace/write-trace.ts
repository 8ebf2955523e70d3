import { InputError } from '../../core/errors.ts';
import type { Chunk } from '../../trace/chunk.ts';
import type { TraceFormat } from '../../trace/format/format.ts';
import { TRACE_FORMATS } from '../../trace/format/index.ts';
import { nodeDeflate } from '../../trace/node/deflate.ts';
import type { TraceWriter, WriteContext } from '../../trace/write/writer.ts';
import { AtomicFile, print } from '../output.ts';

/** Names of the formats that can be written. */
export const WRITABLE_FORMATS: readonly string[] = TRACE_FORMATS.filter(({ write }) => write).map(
  ({ name }) => name,
);

/** An output trace that appears whole under its name, or not at all; `-` is standard output. */
export interface TraceOutput extends TraceWriter {
  discard(): Promise<void>;
}

/**
 * Opens an output trace.
 * @param format name, or undefined to go by the file's ending (pwt when that says nothing)
 * @throws InputError when nothing can be written there, or the format cannot be written
 */
export async function createTrace(
  path: string,
  format: string | undefined,
  about: Pick<WriteContext, 'properties' | 'mapped'>,
): Promise<TraceOutput> {
  const { write } = writableFormat(format ?? formatByEnding(path));
  const file = path === '-' ? null : await AtomicFile.create(path);
  const out = file ? (bytes: Uint8Array) => file.write(bytes) : printCopy;
  const writer = await write(out, { deflater: nodeDeflate, ...about });
  return {
    write: (chunk: Chunk) => writer.write(chunk),
    async finish() {
      await writer.finish();
      await file?.commit();
    },
    discard: async () => file?.discard(),
  };
}

/** A pipe keeps what it is given until the reader comes; the writer uses its bytes again. */
function printCopy(bytes: Uint8Array): Promise<void> {
  return print(new Uint8Array(bytes));
}

function formatByEnding(path: string): string {
  return WRITABLE_FORMATS.find((name) => path.endsWith(`.${name}`)) ?? 'pwt';
}

function writableFormat(name: string): TraceFormat & Required<Pick<TraceFormat, 'write'>> {
  const format = TRACE_FORMATS.find((candidate) => candidate.name === name);
  if (format?.write) return format as TraceFormat & Required<Pick<TraceFormat, 'write'>>;
  throw new InputError(
    format ? `traces in format '${name}' are only read` : `no trace format is called '${name}'`,
    {
      remedy: `formats that are written: ${WRITABLE_FORMATS.join(', ')}`,
    },
  );
}
