import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseResult } from '../../sim/read-result.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import { nodeDeflate } from '../../trace/node/deflate.ts';
import { openTrace } from '../../trace/node/open.ts';
import { PwtWriter } from '../../trace/pwt/writer.ts';
import { slice } from '../../trace/transform/slice.ts';
import { fromSystemError } from '../errors.ts';

/** A scenario, trace or result as the page takes it. */
export interface ViewSource {
  readonly kind: 'scenario' | 'trace' | 'result';
  readonly name: string;
  readonly base64: string;
}

/**
 * Reads what the page shall show: a scenario or a result, checked here so that mistakes are told at once, or the
 * beginning of a trace of any known format and packing.
 * @param limit accesses to take of a trace
 * @throws InputError for a file that is none of these, or a damaged one
 */
export async function readSource(file: string, limit: number): Promise<ViewSource> {
  if (file.endsWith('.scn')) {
    const text = await readText(file);
    parseScenario(file, text);
    return { kind: 'scenario', name: basename(file, '.scn'), base64: base64Of(text) };
  }
  if (file.endsWith('.json')) {
    const text = await readText(file);
    parseResult(file, text);
    return { kind: 'result', name: basename(file), base64: base64Of(text) };
  }
  return readTrace(file, limit);
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw fromSystemError(error, file) ?? error;
  });
}

function base64Of(text: string): string {
  return Buffer.from(text).toString('base64');
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
