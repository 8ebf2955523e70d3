import { describe, expect, it } from 'vitest';
import { ProgramError, Sandbox } from '../../src/lab/sandbox.ts';

async function run(source: string): Promise<unknown> {
  const sandbox = await Sandbox.load(source, 'policy.js');
  try {
    return sandbox.call('main');
  } finally {
    sandbox.dispose();
  }
}

describe('the sandbox', () => {
  it('passes plain data in and out', async () => {
    const sandbox = await Sandbox.load('export const add = ({ a }, [b]) => ({ sum: a + b });', 'policy.js');
    expect(sandbox.call('add', { a: 1 }, [2])).toEqual({ sum: 3 });
    sandbox.dispose();
  });

  it('keeps an object of the program and calls its methods', async () => {
    const sandbox = await Sandbox.load(
      'export const make = (n) => ({ next() { return ++n; } });',
      'policy.js',
    );
    const guest = sandbox.create('make', 5);
    expect([guest.call('next'), guest.call('next'), guest.has('next'), guest.has('other')]).toEqual([
      6,
      7,
      true,
      false,
    ]);
    guest.dispose();
    sandbox.dispose();
  });

  it('has no way to files, network, timers, clock or the host', async () => {
    const names = ['require', 'process', 'fetch', 'setTimeout', 'Date', 'std', 'os', 'global', 'Buffer'];
    const found = await run(
      `export const main = () => ${JSON.stringify(names)}.filter((n) => n in globalThis);`,
    );
    expect(found).toEqual([]);
    await expect(
      Sandbox.load("import fs from 'node:fs'; export const main = () => 1;", 'policy.js'),
    ).rejects.toThrow(ProgramError);
  });

  it('gives the same random numbers every time', async () => {
    const source = 'export const main = () => [Math.random(), Math.random()];';
    expect(await run(source)).toEqual(await run(source));
  });

  it('ends a loop that does not', async () => {
    await expect(run('export const main = () => { for (;;); };')).rejects.toThrow(/too long/);
  });

  it('ends a program that eats memory, and one that recurses for ever', async () => {
    await expect(
      run('export const main = () => { const a = []; for (;;) a.push(new Uint8Array(1 << 22)); };'),
    ).rejects.toThrow(ProgramError);
    await expect(run('export const main = () => { const f = () => f() + 1; return f(); };')).rejects.toThrow(
      ProgramError,
    );
  });

  it('says what the program threw, and in which line', async () => {
    await expect(run('\nexport const main = () => { throw new TypeError("oh"); };')).rejects.toThrow(
      /TypeError: oh \(policy\.js:2/,
    );
    await expect(Sandbox.load('export const = 1;', 'policy.js')).rejects.toThrow(/SyntaxError/);
    await expect(run('export const other = 1;')).rejects.toThrow('there is no function main()');
  });

  it('collects what the program prints', async () => {
    const sandbox = await Sandbox.load(
      'export const main = () => console.log("a", 1, { b: [2] });',
      'policy.js',
    );
    sandbox.call('main');
    expect(sandbox.output).toEqual(['a 1 {"b":[2]}']);
    sandbox.dispose();
  });
});
