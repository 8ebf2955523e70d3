import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { compileProbe } from '../../../src/sim/calibrate/compile.ts';
import { Probe } from '../../../src/sim/calibrate/probe.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-test-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A program in the probe's place that answers as `body` (JavaScript, `line` is the command) says. */
function standIn(body: string): string {
  const path = join(folder, 'probe.mjs');
  const script = `import { createInterface } from 'node:readline';\nfor await (const line of createInterface({ input: process.stdin })) { ${body} }\n`;
  writeFileSync(path, `#!${process.execPath}\n${script}`);
  chmodSync(path, 0o755);
  return path;
}

async function asking(program: string, ...commands: string[]): Promise<unknown> {
  const probe = new Probe(program);
  try {
    let reply: unknown;
    for (const command of commands) reply = await probe.ask(command);
    return reply;
  } finally {
    probe.close();
  }
}

describe('the dialogue with the probe', () => {
  it('is a line in, a line of JSON out', async () => {
    const program = standIn('console.log(JSON.stringify({ echo: line }))');
    expect(await asking(program, 'syscall', 'host')).toEqual({ echo: 'host' });
  });

  it('passes on why a measurement is impossible', async () => {
    const program = standIn('console.log(JSON.stringify({ error: "fork: Cannot allocate memory" }))');
    const failed = asking(program, 'cycle pages=1');
    await expect(failed).rejects.toThrow(InputError);
    await expect(failed).rejects.toThrow('this cannot be measured here: fork: Cannot allocate memory');
  });

  it('tells of a probe that died, with its last words', async () => {
    const program = standIn('process.stderr.write("the weather", () => process.exit(9));');
    await expect(asking(program, 'host', 'host')).rejects.toThrow('ended: the weather');
  });

  it('tells of a program that cannot be started', async () => {
    await expect(asking(join(folder, 'nothing'), 'host')).rejects.toThrow(/the measuring program ended/);
  });
});

describe('compiling the probe', () => {
  it('needs a C compiler, and says which remedy there is', () => {
    vi.stubEnv('CC', join(folder, 'no-such-compiler'));
    expect(() => compileProbe()).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('install') }),
    );
    expect(readdirSync(join(folder, 'pagewalk'))).toEqual([]);
  });

  it('leaves nothing behind when it fails', () => {
    vi.stubEnv('CC', 'false');
    expect(() => compileProbe()).toThrow(InputError);
    expect(readdirSync(join(folder, 'pagewalk'))).toEqual([]);
  });

  it('needs Linux', () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin');
    expect(() => compileProbe()).toThrow(/measures the Linux kernel/);
    platform.mockRestore();
  });

  it('gives a program that counts one fault an access and refuses what it does not know; without a compiler, an explanation', async () => {
    if (spawnSync('cc', ['--version']).error) {
      expect(() => compileProbe()).toThrow(InputError);
      return;
    }
    const program = compileProbe();
    expect(compileProbe()).toBe(program);
    for (const kind of ['zero-page', 'demand-zero', 'cow-zero', 'cow-copy', 'cow-reuse', 'shared-anon']) {
      const reply = (await asking(program, `fault kind=${kind} pages=256 reps=1 drop=0`)) as {
        faults: number[];
      };
      expect(reply.faults[0]).toBeGreaterThanOrEqual(1);
      expect(reply.faults[0]).toBeLessThan(1.1);
    }
    await expect(asking(program, 'sing')).rejects.toThrow("there is no command 'sing'");
    await expect(asking(program, 'fault kind=odd')).rejects.toThrow("there is no fault kind 'odd'");
    await expect(asking(program, 'cycle pages=many')).rejects.toThrow('pages=many is not a whole number');
  }, 120_000);
});
