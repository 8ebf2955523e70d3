import { cpSync } from 'node:fs';
import { runProgram } from '../../../src/cli/program.ts';
import type { Random } from '../random.ts';
import { corpusOf, type Surface } from '../surface.ts';

/** Values that any option may be given. */
const VALUES = [
  '0',
  '-1',
  '1e9',
  '1e400',
  '12abc',
  'NaN',
  '',
  ' ',
  '--',
  '=',
  'x=y',
  '0xffffffffffffffffffff',
  '/nonexistent/x',
  '.',
  '/dev/null',
  'a.lackey',
  'a.scn',
  'a.yaml',
  'v.jsonl',
  '\u0000',
  '__proto__',
  '--__proto__.x=1',
  '--help=1',
  'tlb.asids=3',
];
/** Commands that start other programs are not for a fuzzer. */
const BARRED = ['record', 'calibrate', 'verify', '--verify', 'start', 'pack', '-'];

/** Command lines: one argument a line. */
export const commandLines: Surface = {
  name: 'cli',
  seeds: () => corpusOf('cli'),
  make(_turn, random, seeds) {
    const words = wordsOf(random.pick(seeds));
    const steps = random.int(4);
    for (let i = 0; i < steps; i++) change(words, random, seeds);
    return Buffer.from(words.join('\n'));
  },
  async take(input, _random, folder) {
    const words = input.toString('utf8').split('\n');
    if (words.some((word) => BARRED.includes(word))) return;
    cpSync(new URL('../corpus/files/', import.meta.url).pathname, folder, { recursive: true });
    const said = await quietly(folder, words);
    if (said.code !== 0 && said.code !== 1 && said.code !== 2) {
      throw new Error(`exit code ${said.code} of ${JSON.stringify(words)}: ${said.text}`);
    }
    if (/a bug in pagewalk|\n {4}at /.test(said.text)) {
      throw new Error(`${JSON.stringify(words)}: ${said.text}`);
    }
  },
};

function wordsOf(seed: Uint8Array): string[] {
  return Buffer.from(seed).toString('utf8').trimEnd().split('\n');
}

function change(words: string[], random: Random, seeds: readonly Uint8Array[]): void {
  const at = random.int(words.length + 1);
  const other = random.chance(2) ? random.pick(wordsOf(random.pick(seeds))) : random.pick(VALUES);
  switch (random.int(4)) {
    case 0:
      words.splice(at, 1);
      break;
    case 1:
      words.splice(at, 0, other);
      break;
    case 2:
      words[Math.min(at, words.length - 1)] = other;
      break;
    default:
      words.splice(at, 0, words[random.int(words.length)] ?? other);
  }
}

/** Runs a command line in a folder, what it prints kept from the terminal. */
async function quietly(folder: string, words: readonly string[]): Promise<{ code: number; text: string }> {
  const here = process.cwd();
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write] as const;
  let text = '';
  const swallow = (piece: string | Uint8Array): boolean => {
    if (text.length < 1 << 20) text += typeof piece === 'string' ? piece : '';
    return true;
  };
  stdout.write = () => true;
  stderr.write = swallow;
  process.chdir(folder);
  try {
    return { code: await runProgram(words), text };
  } finally {
    process.chdir(here);
    [stdout.write, stderr.write] = writes;
    process.exitCode = 0;
  }
}
