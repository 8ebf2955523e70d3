import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labNamed } from '../../src/lab/index.ts';
import { variantOf } from '../../src/lab/variant.ts';
import { pagewalk } from '../cli/run-program.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagewalk-lab-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

/** Fills a sheet in with the answers of the key. */
function fillIn(path: string, id: string, seed: number): void {
  const lab = labNamed(id);
  if (lab.kind !== 'paper') throw new Error(id);
  let text = readFileSync(path, 'utf8');
  for (const [question, answer] of Object.entries(lab.key(variantOf(lab, seed)))) {
    const written = typeof answer === 'string' ? answer : `[${answer.join(', ')}]`;
    text = text.replace(new RegExp(`^${question}:.*$`, 'm'), `${question}: ${written}`);
  }
  writeFileSync(path, text);
}

describe('pagewalk lab', () => {
  it('shows the same variant for the same seed, and answers with -c alone', async () => {
    const question = await pagewalk('lab', 'show', 'cow-ledger', '-s', '3');
    const solved = await pagewalk('lab', 'show', 'cow-ledger', '-s', '3', '-c');
    expect(question.stdout).toContain('variant 3');
    const answers = (text: string) => [...text.matchAll(/answer: (.+)/g)].map((match) => match[1]);
    expect(answers(question.stdout).some((one) => one!.startsWith('[hit') || one!.startsWith('[copy'))).toBe(
      false,
    );
    expect(answers(solved.stdout)[0]).toMatch(/^\[(hit|copy|reuse)/);
  });

  it('takes a student from an empty sheet to full marks: exit 1, then 0', async () => {
    const sheet = at('mine.yaml');
    expect((await pagewalk('lab', 'start', 'translate', '-s', '4', '-o', sheet)).exitCode).toBe(0);
    const empty = await pagewalk('lab', 'check', sheet);
    expect([empty.exitCode, empty.stdout]).toEqual([1, expect.stringContaining('0 of 12 points')]);
    fillIn(sheet, 'translate', 4);
    const full = await pagewalk('lab', 'check', sheet, '--json', '-');
    expect(full.exitCode).toBe(0);
    expect(JSON.parse(full.stdout)).toMatchObject({
      version: 1,
      lab: 'translate',
      seed: 4,
      marks: 12,
      points: 12,
    });
    const again = await pagewalk('lab', 'start', 'translate', '-s', '4', '-o', sheet);
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('may hold your answers')]);
  });

  it('takes an instructor from a list to marks: packed variants, graded by the sealed key alone', async () => {
    writeFileSync(at('class.csv'), 'ada,Ada\nbob,Bob\n');
    writeFileSync(at('secret'), 'correct horse battery\n');
    const secret = ['--passphrase-file', at('secret')];
    const pack = at('week3');
    const packed = await pagewalk(
      'lab',
      'pack',
      'tlb-by-hand',
      '--students',
      at('class.csv'),
      '-o',
      pack,
      ...secret,
    );
    expect(packed.exitCode).toBe(0);
    const { entries } = JSON.parse(
      (await pagewalk('lab', 'unseal', join(pack, 'key.sealed'), ...secret)).stdout,
    );
    const ada = join(pack, 'students/ada/tlb-by-hand/tlb-by-hand.yaml');
    fillIn(ada, 'tlb-by-hand', entries[0].seed);
    expect((await pagewalk('lab', 'check', ada)).stderr).toContain('only the instructor can check');
    // Bob would rather be graded by a variant of his own.
    await pagewalk(
      'lab',
      'start',
      'tlb-by-hand',
      '-s',
      '1',
      '--name',
      'bob',
      '--force',
      '-o',
      join(pack, 'students/bob/tlb-by-hand/tlb-by-hand.yaml'),
    );
    const graded = await pagewalk(
      'lab',
      'grade',
      join(pack, 'students'),
      '--key',
      join(pack, 'key.sealed'),
      ...secret,
      '--csv',
      '-',
      '--junit',
      at('marks.xml'),
    );
    expect(graded.exitCode).toBe(1);
    const [head, first, second] = graded.stdout.trim().split('\n');
    expect(head).toBe('student,lab,variant,marks,points,file,problem');
    expect(first).toBe(`ada,tlb-by-hand,${entries[0].seed},10,10,ada/tlb-by-hand/tlb-by-hand.yaml,`);
    expect(second).toContain('bob,tlb-by-hand,,,,');
    expect(second).toContain('a variant of its own');
    expect(readFileSync(at('marks.xml'), 'utf8')).toContain('<testsuite name="ada tlb-by-hand"');
  });

  it('refuses a sheet that names a file elsewhere as its program', async () => {
    const sheet = at('spy.yaml');
    writeFileSync(sheet, 'lab: own-replacement\nvariant: 1\nprogram: ../../etc/passwd\n');
    const { exitCode, stderr } = await pagewalk('lab', 'check', sheet);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('is not beside the sheet')]);
  });

  it.each([
    [['lab', 'show', 'translat'], "did you mean 'translate'?"],
    [['lab', 'show', 'translate', '-s', '-1'], '-s takes a whole number'],
    [['lab', 'check', '/nowhere.yaml'], 'no such file'],
    [['lab', 'grade', '/nowhere'], 'no such file'],
    [['lab', 'tlbsim', '-s', '4', '-E', '0', '-b', '12', '-t', 'x'], '-E takes a whole number'],
    [['lab', 'tlbsim', '-s', '4', '-E', '2', '-b', '12'], 't'],
    [['lab'], 'name what to do'],
    [['walk', 'xyz'], "'xyz' is not an address"],
    [['walk', '0x11112222333344445'], 'more than 64 bits'],
    [['walk', '0x1000', '--write', '--fetch'], 'mutually exclusive'],
    [['walk', '0x1000', '--pid', '2'], 'pid'],
  ])('answers %j with a message, a remedy or a place, and exit 2', async (args, message) => {
    const { exitCode, stderr, stdout } = await pagewalk(...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\bat .*\.ts:/);
  });
});
