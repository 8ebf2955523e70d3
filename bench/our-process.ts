import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** From the repository, where npm runs scripts: what users start. */
const MAIN = 'bin/pagewalk.js';

/** Writes the peak of resident memory, in KiB, where the parent reads it. */
const REPORT_PEAK =
  'data:text/javascript,import{writeSync}from"node:fs";' +
  'process.on("exit",()=>writeSync(3,String(process.resourceUsage().maxRSS)))';

/** What a whole process took: milliseconds of wall clock, start-up included, and MiB of resident memory at most. */
export interface ProcessCost {
  readonly milliseconds: number;
  readonly peakMiB: number;
}

/**
 * Runs pagewalk as its own process.
 * @param input written to its standard input piece by piece
 * @throws Error when it does not exit with 0
 */
export function runOurs(args: readonly string[], input?: Iterable<Uint8Array>): Promise<ProcessCost> {
  return runNode(['--import', REPORT_PEAK, MAIN, ...args], input);
}

/** Node with a program that does nothing: what no tool on it can undercut. */
export function runBareNode(): Promise<ProcessCost> {
  return runNode(['--import', REPORT_PEAK, '-e', '0']);
}

async function runNode(args: readonly string[], input?: Iterable<Uint8Array>): Promise<ProcessCost> {
  const start = performance.now();
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const child = spawn(process.execPath, args, { stdio: [stdin, 'ignore', 'inherit', 'pipe'] });
  let peak = '';
  (child.stdio[3] as Readable).on('data', (piece) => {
    peak += piece;
  });
  const closed = once(child, 'close');
  if (input !== undefined) await feed(child.stdin!, input);
  const [status] = await closed;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return { milliseconds: performance.now() - start, peakMiB: Number(peak) / 1024 };
}

async function feed(stdin: NodeJS.WritableStream, input: Iterable<Uint8Array>): Promise<void> {
  for (const piece of input) if (!stdin.write(piece)) await once(stdin, 'drain');
  stdin.end();
}
