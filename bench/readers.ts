import { AccessCursor } from '../src/trace/access-cursor.ts';
import { openTrace } from '../src/trace/node/open.ts';
import { type CProgram, compileC, runC } from './c-program.ts';
import type { RepeatedTrace } from './repeated-trace.ts';
import { best, type Row } from './row.ts';

const ROUNDS = 3;
/** Million accesses a second of CPU time. */
const GOALS = { lackey: 30, pwt: 50 } as const;

interface Read {
  readonly nanoseconds: number[];
  readonly accesses: number;
  readonly checksum: number;
}

/** Decoding of both formats into the chunks that the model runs, against a plain C reader of the same files. */
export async function readerRows(trace: RepeatedTrace): Promise<Row[]> {
  const program = compileC(['readers.c'], ['z']);
  try {
    return [
      await readerRow(program, trace, 'lackey', 'lackey text'),
      await readerRow(program, trace, 'pwt', 'native trace'),
    ];
  } finally {
    program.remove();
  }
}

async function readerRow(
  program: CProgram,
  trace: RepeatedTrace,
  format: 'lackey' | 'pwt',
  words: string,
): Promise<Row> {
  const path = trace[format];
  const reference = runC<Read>(program, [format, path, String(ROUNDS)]);
  const ours = await readOurs(path);
  if (ours.accesses !== reference.accesses || ours.checksum !== reference.checksum)
    throw new Error(`${words}: other accesses are decoded here than in C`);
  const { least, spread } = best(ours.nanoseconds);
  const rate = (nanoseconds: number) => (ours.accesses / nanoseconds) * 1000;
  const figure = rate(least);
  return {
    name: `decode ${words} (CPU time)`,
    ours: `${figure.toFixed(0)} M/s`,
    reference: `${rate(Math.min(...reference.nanoseconds)).toFixed(0)} M/s`,
    figure,
    goal: GOALS[format],
    better: 'higher',
    spread,
  };
}

async function readOurs(path: string): Promise<Read> {
  const { accesses, checksum } = await checkedRead(path);
  const nanoseconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    const source = await openTrace(path);
    for await (const _ of source.chunks());
    const { user, system } = process.cpuUsage(before);
    nanoseconds.push((user + system) * 1000);
  }
  return { nanoseconds, accesses, checksum };
}

/** The sum that readers.c makes. */
async function checkedRead(path: string): Promise<{ accesses: number; checksum: number }> {
  const source = await openTrace(path);
  const cursor = new AccessCursor();
  let checksum = 0n;
  for await (const chunk of source.chunks()) {
    let part = 0;
    cursor.start(chunk);
    while (cursor.next()) part += (cursor.low >>> 0) + cursor.size * 3 + cursor.type;
    checksum += BigInt(part);
  }
  return { accesses: source.statistics.records, checksum: Number(checksum) };
}
