import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { PROGRAM } from '../../cli/own-process.ts';
import { mutate } from '../mutate.ts';
import { corpusOf, type Surface } from '../surface.ts';

/** Traces that come in at standard input, of a process of its own: `pagewalk run -`. */
export const standardInput: Surface = {
  name: 'stdin',
  patience: 5,
  seeds: () => corpusOf('trace'),
  make: (_turn, random, seeds) => mutate(seeds, random),
  async take(input, _random, folder) {
    const args = [...PROGRAM, 'run', '-', '--limit', '20000', '--json', '-'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] });
    // A program that has seen enough closes its input.
    child.stdin.on('error', () => undefined).end(input);
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    if (code !== 0 && code !== 2) throw new Error(`exit code ${code}: ${said}`);
    if (/a bug in pagewalk|\n {4}at /.test(said)) throw new Error(said);
  },
};
