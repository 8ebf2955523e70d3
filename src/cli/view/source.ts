import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseScenario } from '../../sim/scenario/parse.ts';
import { nodeDeflate } from '../../trace/node/deflate.ts';
import { openTrace } from '../../trace/node/open.ts';
import { PwtWriter } from '../../trace/pwt/writer.ts';
import { slice } from '../../trace/transform/slice.ts';
import { fromSystemError } from '../errors.ts';

/** A scenario or trace as the page takes it. */
export interface ViewSource {
  readonly kind: 'scenario' | 'trace';
  readonly name: string;
  readonly base64: string;
}

/**
 * Reads what the page shall show: a scenario, checked here so that its mistakes are told at once, or the beginning of
 * a trace of any known format and packing.
 * @param limit accesses to take of a trace
 * @throws InputError for a file that is neither, or a damaged one
 */
export async function readSource(file: string, limit: number): Promise<ViewSource> {
  return file.endsWith('.scn') ? readScenario(file) : readTrace(file, limit);
}

async function readScenario(file: string): Promise<ViewSource> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fromSystemError(error, file) ?? error;
  });
  parseScenario(file, text);
  return { kind: 'scenario', name: basename(file, '.scn'), base64: Buffer.from(text).toString('base64') };
}

async function readTrace(file: string, limit: number): Promise<ViewSource> {
  const source = await openTrace(file);
  const pieces: Uint8Array[] = [];
  const { properties, mapped } = source.info;
  const keep = async (bytes: Uint8Array) => void pieces.push(bytes.slice());
  const writer = await PwtWriter.begin(keep, nodeDeflate, { properties, mapped });
  const wanted = { from: 0, to: limit, pids: null, addresses: null };
  try {
    for await (const chunk of slice(source.chunks(), wanted)) await writer.write(chunk);
    await writer.finish();
  } finally {
    await source.close();
  }
  return { kind: 'trace', name: basename(file), base64: Buffer.concat(pieces).toString('base64') };
}
