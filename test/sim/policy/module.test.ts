import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { changedMeaning } from '../../../src/sim/policy/conformance.ts';
import { loadPolicy } from '../../../src/sim/policy/read.ts';
import { parseScenario } from '../../../src/sim/scenario/parse.ts';
import { pagewalk } from '../../cli/run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-policy-'));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Children of a program of 64 KiB read and write eight pages of it each. */
const trace = join(folder, 'fork-server.pwt');
const values = ['size=64K', 'reads=8', 'writes=8', 'accesses=4', '--count', '500'];
beforeAll(() => pagewalk('trace', 'gen', 'fork-server', ...values, '-o', trace));

async function refusal(nameOrFile: string): Promise<InputError> {
  try {
    await loadPolicy(nameOrFile);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('accepted');
}

const isolation = parseScenario(
  'isolation',
  ['1 mmap A 2 prot=rw flags=private,anon', '1 w A 5', '1 fork 2', '2 w A 6', '1 r A', '2 r A'].join('\n'),
);

describe('a policy module', () => {
  it('is a preset with axes that differ and decisions of its own', async () => {
    const path = file(
      'mine.mjs',
      `export default {
        description: 'tables shared, writes copied',
        extends: 'on-demand-fork',
        axes: { around: 4 },
        onWriteFault: () => 'copy',
      };`,
    );
    const { policy, description, hooks } = await loadPolicy(path);
    expect(policy).toMatchObject({ name: 'mine', forkTables: 'share-leaf', protect: 'upper', around: 4 });
    expect(description).toBe('tables shared, writes copied');
    expect(Object.keys(hooks!)).toEqual(['onWriteFault']);
  });

  it('may extend a policy file beside it', async () => {
    file('base.yaml', 'extends: eager\n');
    const { policy } = await loadPolicy(file('above.mjs', "export default { extends: './base.yaml' };"));
    expect(policy).toMatchObject({ name: 'above', forkTables: 'copy-pages' });
  });

  it('may be TypeScript where Node loads it', async () => {
    const path = file(
      'typed.ts',
      "const share: 'share-tables' = 'share-tables';\nexport default { onFork: () => share };\n",
    );
    const { policy, hooks } = await loadPolicy(path);
    expect(policy.name).toBe('typed');
    expect(changedMeaning(isolation, policy, hooks)).toBeUndefined();
  });

  it('the example of the documentation copies small mappings, and changes no meaning', async () => {
    const { policy, hooks } = await loadPolicy('examples/copy-small.js');
    expect(changedMeaning(isolation, policy, hooks)).toBeUndefined();
    const { stdout } = await pagewalk('run', trace, '--policy', 'examples/copy-small.js');
    expect(stdout).toContain('(copy-small');
  });
});

describe('a module that is none is refused with its file and a remedy:', () => {
  it.each([
    ['no default export', 'a.mjs', 'export const policy = {};', 'exports an object by default'],
    ['another default export', 'b.mjs', 'export default 7;', 'exports an object by default'],
    ['a broken one', 'c.mjs', 'export default {', 'cannot be loaded'],
    ['one that throws', 'd.mjs', "throw new Error('not today');", 'cannot be loaded: not today'],
    ['a key that does not exist', 'e.mjs', 'export default { onFrok() {} };', "unknown key 'onFrok'"],
    ['a hook that is no function', 'f.mjs', "export default { onFork: 'skip' };", 'onFork is no function'],
    ['a list for axes', 'g.mjs', 'export default { axes: [] };', 'axes an object'],
    ['an unknown base', 'h.mjs', "export default { extends: 'eagre' };", "no policy is called 'eagre'"],
    ['an unknown axis', 'i.mjs', 'export default { axes: { arround: 2 } };', "unknown key 'arround'"],
    ['a contradiction', 'j.mjs', "export default { axes: { protect: 'none' } };", 'nothing protected'],
  ])('%s', async (_what, name, text, message) => {
    const error = await refusal(file(name, text));
    expect(error.message).toContain(message);
    expect(error.remedy).toBeTruthy();
  });

  it('a file that is not there, and a folder', async () => {
    expect(await refusal('./none.mjs')).toMatchObject({ message: "no policy file './none.mjs'" });
    expect((await refusal(folder)).message).toContain('this is a directory');
  });
});

describe('a hook that breaks its contract ends the run with its name and file:', () => {
  it.each([
    ['throws', "onFork() { throw new Error('undecided'); }", 'onFork threw: undecided'],
    ['answers another word', "onFork: () => 'copy-table'", 'onFork answered "copy-table"'],
    ['answers a number', 'onWriteFault: () => 1', 'onWriteFault answered 1'],
    ['throws no error', "onExit() { throw 'gone'; }", 'onExit threw: gone'],
  ])('%s', async (what, hook, message) => {
    const path = file(`${what.replaceAll(' ', '-')}.mjs`, `export default { ${hook} };`);
    const { exitCode, stdout, stderr } = await pagewalk('run', trace, '--policy', path);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(path);
  });
});

describe('a wrong policy', () => {
  const path = file('greedy.mjs', "export default { onWriteFault: () => 'reuse' };");

  it('is caught by the isolation test, with the first wrong byte', async () => {
    const { policy, hooks } = await loadPolicy(path);
    expect(changedMeaning(isolation, policy, hooks)).toMatchObject({
      line: 5,
      text: '1 r A',
      expected: 5,
      got: 6,
    });
  });

  it('is caught by --check on a trace, with the load that saw it first', async () => {
    const { exitCode, stderr } = await pagewalk('run', trace, '--policy', path, '--check');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /check: loads see what the program stored: page 0x[0-9a-f]+ of process \d+ .*\n +after a load at 0x[0-9a-f]+\n/,
    );
  });
});
