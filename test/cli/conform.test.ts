import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagewalk } from './run-program.ts';

const VECTORS = 'test/fixtures/vectors';

/** x86-32: the entry of 4 MiB page 0 at 0x1000 is a leaf (PS 0x80, U/S 4, R/W 2, P 1), A (0x20) is set afterwards. */
const AGREES = {
  fmt: 'x86-32',
  maxphyaddr: 36,
  mem: { '0x1000': '0xc00087' },
  root: '0x1000',
  va: '0x3123',
  access: 'r',
  user: true,
  expect: { pa: '0xc03123' },
  after: { '0x1000': '0xc000a7' },
};
const DIFFERS = { ...AGREES, expect: { fault: { code: 4 } } };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-conform-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(
  name: string,
  lines: readonly unknown[],
  pack = (text: string): string | Uint8Array => text,
): string {
  const path = join(folder, name);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  writeFileSync(path, pack(text));
  return path;
}

describe('pagewalk conform', () => {
  it('counts per file and in all, and exits with 0 when everything agrees', async () => {
    const { exitCode, stdout } = await pagewalk(
      'conform',
      `${VECTORS}/sv39.jsonl.gz`,
      `${VECTORS}/seq-sv39.jsonl.gz`,
    );
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      `${VECTORS}/sv39.jsonl.gz: 450 passed, 0 failed\n${VECTORS}/seq-sv39.jsonl.gz: 15 passed, 0 failed\n465 passed, 0 failed\n`,
    );
  });

  it('explains the first differences of each file, and exits with 1', async () => {
    const path = file('differs.jsonl', [AGREES, DIFFERS, '', DIFFERS, DIFFERS]);
    const { exitCode, stdout } = await pagewalk('conform', '--show', '2', path);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      `${path}: line 2: x86-32\n  expected a fault with code 4, we get physical address 0xc03123\n`,
    );
    expect(stdout).toContain(`${path}: line 4: x86-32\n`);
    expect(stdout).not.toContain('line 5');
    expect(stdout).toMatch(/\n1 passed, 3 failed\n$/);
  });

  it('counts vectors of unknown formats as skipped, by name', async () => {
    const path = file('unknown.jsonl', [AGREES, { fmt: 'hash-table' }, { fmt: 'hash-table' }]);
    const { exitCode, stdout } = await pagewalk('conform', path);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\n1 passed, 0 failed, 2 skipped \(hash-table 2\)\n$/);
  });

  it('reads packed files', async () => {
    const gz = file('packed.gz', [AGREES], gzipSync);
    const br = file('packed.jsonl.br', [AGREES], brotliCompressSync);
    const { stdout } = await pagewalk('conform', gz, br);
    expect(stdout).toMatch(/\n2 passed, 0 failed\n$/);
  });

  it('takes Windows line ends and a byte-order mark as they come', async () => {
    const path = file('windows.jsonl', [`\ufeff${JSON.stringify(AGREES)}\r`, `${JSON.stringify(AGREES)}\r`]);
    expect((await pagewalk('conform', path)).stdout).toMatch(/\n2 passed, 0 failed\n$/);
  });

  it.each([
    [
      'a line that is no vector',
      () => file('bad.jsonl', [AGREES, '{"fmt": "sv39"}']),
      /'mem'.*\n {2}at: .*: line 2\n/,
    ],
    ['a line that is not JSON', () => file('text.jsonl', ['hello']), /found "hello"\n {2}at: .*: line 1\n/],
    ['an empty file', () => file('empty.jsonl', []), /no vectors in this file\n {2}at: /],
    ['a missing file', () => join(folder, 'missing.jsonl'), /no such file.*\n {2}at: .*missing\.jsonl\n/],
    ['a folder', () => folder, /folder.*\n {2}at: /],
    [
      'a truncated .gz',
      () => file('cut.gz', [AGREES], (text) => gzipSync(text).subarray(0, 60)),
      /cut off or damaged.*\n {2}at: .*cut\.gz/,
    ],
  ])('refuses %s with its place and exit code 2', async (_what, make, message) => {
    const { exitCode, stderr } = await pagewalk('conform', make());
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
