// Prints the commands of the README's code blocks, one a line, to be run on a fresh checkout. Left out are those of
// the set-up (npm ...), and those on files that only a reader has (`your-...`).
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
for (const [, block] of text.matchAll(/^```\w*\n(.*?)^```$/gms))
  for (const line of block.split('\n')) {
    const command = line.replace(/\s#.*$/, '').trim();
    if (/\bnpx pagewalk\b/.test(command) && !command.startsWith('npm ') && !command.includes('your-'))
      console.log(command);
  }
