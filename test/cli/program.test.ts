import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { pagewalk } from './run-program.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe('the command line', () => {
  it('prints its version', async () => {
    expect(await pagewalk('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('lists every command, asked for help or given nothing', async () => {
    for (const args of [['--help'], ['-h'], []]) {
      const { exitCode, stdout } = await pagewalk(...args);
      expect(exitCode).toBe(0);
      for (const { name, summary } of COMMANDS) {
        expect(stdout).toContain(`pagewalk ${name}`);
        expect(stdout.replace(/\s+/g, ' ')).toContain(summary);
      }
    }
  });

  it.each(COMMANDS.map(({ name }) => name))('pagewalk %s --help explains its arguments', async (name) => {
    const { exitCode, stdout, stderr } = await pagewalk(name, '--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`pagewalk ${name}`);
    expect(stdout).toContain('Options:');
  });
});

describe('wrong use exits with 2, a message, a remedy, and nothing on standard output', () => {
  it.each([
    [['machins'], "'machins' is not a command", "did you mean 'pagewalk machines'?"],
    [['frobnicate'], "'frobnicate' is not a command", 'the commands are'],
    [['machines', '--jsn'], "unknown argument 'jsn'", "did you mean '--json'?"],
    [['machines', 'skylake'], "unknown argument 'skylake'", '--help lists the arguments'],
    [['machines', '--explain'], 'not enough arguments following: explain', '--help'],
    [['machines', '--set', 'a=1'], 'missing dependent arguments: set -> explain', '--help'],
    [['machines', '--explain', 'a', '--explain', 'b'], '--explain is given 2 times', 'give it once'],
    [['--bogus'], 'name a command', '--help'],
    [['run'], 'not enough non-option arguments', '--help'],
    [['run', 'x.lackey', '--limit', 'many'], '--limit is not a number', 'for example --limit'],
    [['run', 'x.lackey', '--machine', 'skylak'], "no machine is called 'skylak'", "did you mean 'skylake'?"],
    [['run', 'no-such-file.lackey'], 'no-such-file.lackey', 'try:'],
    [['run', 'test'], 'test', 'try:'],
  ])('%j', async (args, message, remedy) => {
    const { exitCode, stdout, stderr } = await pagewalk(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^pagewalk: /);
    expect(stderr.toLowerCase()).toContain(message);
    expect(stderr).toContain(remedy);
    expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  });

  it('a lone dash is standard input or output, wherever it stands', async () => {
    const { exitCode, stderr } = await pagewalk('run', '-', '--json', '-', '--csv', '-');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--json and --csv cannot both go to standard output');
  });

  it('an option that takes a list may be given often, and does not swallow what follows it', async () => {
    const { exitCode, stderr } = await pagewalk(
      'run',
      '--set',
      'walkers.count=1',
      '--set',
      'walkers.mshrs=1',
      'no-such-file.lackey',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('no-such-file.lackey');
  });
});
