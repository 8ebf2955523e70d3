import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { runOurs } from './our-process.ts';

const REAL = 'traces/cc1.lackey.br';

/** A real trace of a compiler, repeated to any length. */
export interface RepeatedTrace {
  readonly lackey: string;
  readonly pwt: string;
  readonly accesses: number;
  readonly remove: () => void;
}

/** The text of the real trace, unpacked. */
export function realText(): Buffer {
  return brotliDecompressSync(readFileSync(REAL));
}

/** Writes the trace `times` times behind itself, as lackey text and in the native format. */
export async function repeatTrace(times: number): Promise<RepeatedTrace> {
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-bench-'));
  const lackey = join(folder, 'repeated.lackey');
  const pwt = join(folder, 'repeated.pwt');
  const text = realText();
  const file = openSync(lackey, 'w');
  for (let i = 0; i < times; i++) writeSync(file, text);
  closeSync(file);
  await runOurs(['trace', 'convert', lackey, '-o', pwt]);
  const lines = text.toString('latin1').match(/^(I| [LSM]) /gm)!.length;
  return { lackey, pwt, accesses: lines * times, remove: () => rmSync(folder, { recursive: true }) };
}
