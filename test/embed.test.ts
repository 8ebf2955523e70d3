import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as browser from '../src/index.ts';
import * as node from '../src/node.ts';

describe('the example of docs/embedding.md', () => {
  const example = readFileSync('examples/embed.js', 'utf8');

  it('is the one that is shipped, but for its argument', () => {
    const code = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/embedding.md', 'utf8'))![1]!;
    const shipped = example.replace(/^\/\/.*\n/, '').replace("process.argv[2] ?? 'traces", "'traces");
    expect(shipped).toBe(code);
  });

  it('runs, and prints what it says', () => {
    // The sources stand in for the package, which is not built here.
    const entry = (file: string) => pathToFileURL(`src/${file}.ts`).href;
    const code = example
      .replace("from 'pagewalk/node'", `from '${entry('node')}'`)
      .replace("from 'pagewalk'", `from '${entry('index')}'`);
    const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8' });
    expect(printed).toMatch(/^\d+ STLB misses, \d+\.\d{3} cycles per access\n$/);
  });

  it('imports only what the entries export', () => {
    const names = (entry: string) =>
      new RegExp(`import \\{ ([^}]+) \\} from '${entry}'`).exec(example)![1]!.split(', ');
    for (const name of names('pagewalk')) expect(browser).toHaveProperty(name);
    for (const name of names('pagewalk/node')) expect(node).toHaveProperty(name);
  });
});
