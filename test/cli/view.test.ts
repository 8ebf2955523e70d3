import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPage, withStart } from '../../src/cli/view/page.ts';
import { servePage } from '../../src/cli/view/server.ts';
import { readSource } from '../../src/cli/view/source.ts';
import { InputError } from '../../src/core/errors.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import { readTraceScript } from '../../src/sim/replay/trace-script.ts';
import { nodeDeflate } from '../../src/trace/node/deflate.ts';
import { pagewalk } from './run-program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-view-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const PAGE = new Map([
  ['index.html', '<script type="application/json" id="start"></script>'],
  ['app.js', 'let a;'],
  ['app.css', 'b {}'],
]);

describe('the server of the page', () => {
  test('gives its files with their types to this machine, and nothing else to anybody', async () => {
    const server = await servePage(PAGE, 0);
    const get = async (path: string, method = 'GET') => {
      const answer = await fetch(`${server.url}${path}`, { method });
      return [answer.status, answer.headers.get('content-type'), await answer.text()];
    };
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await get('')).toEqual([200, 'text/html; charset=utf-8', PAGE.get('index.html')]);
    expect(await get('app.js?x')).toEqual([200, 'text/javascript; charset=utf-8', 'let a;']);
    expect((await get('app.css'))[1]).toBe('text/css; charset=utf-8');
    expect((await get('../package.json'))[0]).toBe(404);
    expect((await get('', 'POST'))[0]).toBe(405);
    server.close();
    await server.closed;
  });

  test('says when its port is taken', async () => {
    const server = await servePage(PAGE, 0);
    const port = Number(new URL(server.url).port);
    await expect(servePage(PAGE, port)).rejects.toThrow(`port ${port} is in use`);
    server.close();
  });
});

describe('what the page begins with', () => {
  test('stands in the page as data that cannot end its element', async () => {
    const { machine } = await loadMachine('lab-tiny');
    const source = { kind: 'scenario' as const, name: '</script><b>', base64: '' };
    const html = withStart(PAGE, { machine, source }).get('index.html')!;
    expect(html.match(/<\/script>/g)!.length).toBe(1);
    const data = /id="start">(.*)<\/script>/.exec(html)![1]!;
    expect(JSON.parse(data)).toEqual({ machine: JSON.parse(JSON.stringify(machine)), source });
  });

  test('is the text of a scenario', async () => {
    const { kind, name, base64 } = await readSource('traces/scenarios/fork-of-fork.scn', 10);
    expect([kind, name]).toEqual(['scenario', 'fork-of-fork']);
    expect(Buffer.from(base64, 'base64').toString()).toBe(
      readFileSync('traces/scenarios/fork-of-fork.scn', 'utf8'),
    );
  });

  test('is the beginning of a trace, packed or not', async () => {
    const { kind, base64 } = await readSource('traces/grep.lackey.br', 25);
    expect(kind).toBe('trace');
    const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
    const script = await readTraceScript('grep', bytes, nodeDeflate, 1000);
    const accesses = script.operations.filter((one) => one.kind === 'record' && !one.text.includes('modify'));
    expect(accesses.length).toBe(25);
  });

  test('is refused with its place when it is wrong, before anything is served', async () => {
    const file = join(folder, 'wrong.scn');
    writeFileSync(file, '1 mmap A 2 prot=rw flags=private,anon\n1 w B 7\n');
    const { exitCode, stderr } = await pagewalk('view', file);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${file}:2:5`);
    expect((await pagewalk('view', join(folder, 'none.scn'))).exitCode).toBe(2);
    expect((await pagewalk('view', '--port', '70000')).stderr).toContain('--port takes 0 to 65535');
  });

  test('without a built page there is nothing to show, and the message says so', async () => {
    await expect(readPage(folder)).rejects.toThrow(InputError);
  });
});
