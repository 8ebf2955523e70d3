/**
 * npm run bench: what the parts cost on this host, after other policies and machines have run in the same process.
 *   -- --reference   whole runs, readers and fork against C programs doing the same, in one run
 *   -- --compare     the same, and what changed beyond noise since the figures of bench/baseline.json were kept
 *   -- --save        the same, and keep the figures
 */
import { compareWithBaseline, saveBaseline } from './baseline.ts';
import { coreRows } from './core.ts';
import { forkRow } from './fork.ts';
import { benchParts } from './parts.ts';
import { processRows, REPEATS } from './processes.ts';
import { readerRows } from './readers.ts';
import { repeatTrace } from './repeated-trace.ts';
import { printRows, type Row } from './row.ts';

async function table(): Promise<Row[]> {
  const rows = [...(await coreRows()), forkRow()];
  const trace = await repeatTrace(REPEATS);
  try {
    rows.push(...(await readerRows(trace)), ...(await processRows(trace)));
  } finally {
    trace.remove();
  }
  printRows(rows);
  return rows;
}

if (process.argv.includes('--compare')) compareWithBaseline(await table());
else if (process.argv.includes('--save')) saveBaseline(await table());
else if (process.argv.includes('--reference')) await table();
else await benchParts();
