/** `npm run killed`: a run that is killed 100 times gives the result of one that is not. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram, survive } from './loop.ts';

const KILLS = Number(process.argv[2] ?? 100);

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-killed-'));
try {
  await finish('trace', 'gen', 'redis-snapshot', 'size=64M', '--count', '24000000', '-o', 'trace.pwt');
  await finish('run', 'trace.pwt', '--json', 'whole.json');
  const seen = await survive({ folder, every: 300_000, kills: KILLS, seed: 1 });
  const same = seen.result === readFileSync(join(folder, 'whole.json'), 'utf8');
  console.log(
    `${seen.kills} times killed, ${seen.resumed} times resumed, ${seen.halfWritten} times while writing: ` +
      `the result is ${same ? 'the same to the byte' : 'ANOTHER'}`,
  );
  if (!same) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function finish(...args: string[]): Promise<void> {
  const [code] = await once(startProgram(args, folder), 'exit');
  if (code !== 0) throw new Error(`pagewalk ${args.join(' ')}: exit code ${code}`);
}
