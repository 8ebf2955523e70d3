import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AtomicFile, checkWritable, writeFileAtomic } from '../../src/cli/output.ts';
import { discardUnfinished } from '../../src/cli/unfinished.ts';
import { inputErrorOf, temporaryFolder } from '../sim/machine/temp-files.ts';

describe('an output file', () => {
  it('appears under its name only when it is complete', async () => {
    const { path } = temporaryFolder();
    const target = join(path, 'out.json');
    const file = await AtomicFile.create(target);
    await file.write('first, ');
    expect(existsSync(target)).toBe(false);
    await file.write(new TextEncoder().encode('second'));
    await file.commit();
    expect(readFileSync(target, 'utf8')).toBe('first, second');
    expect(readdirSync(path)).toEqual(['out.json']);
  });

  it('given up leaves what was there before', async () => {
    const { path, file: put } = temporaryFolder();
    const target = put('out.json', 'old');
    const file = await AtomicFile.create(target);
    await file.write('half of the n');
    await file.discard();
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(readdirSync(path)).toEqual(['out.json']);
  });

  it('that a signal interrupts is taken away', async () => {
    const { path } = temporaryFolder();
    const file = await AtomicFile.create(join(path, 'out.json'));
    await file.write('half');
    expect(readdirSync(path)).toHaveLength(1);
    discardUnfinished();
    expect(readdirSync(path)).toEqual([]);
    await file.discard();
  });

  it('keeps the mode of the file it replaces, and a link stays a link', async () => {
    const { path, file: put } = temporaryFolder();
    const target = put('real.json', 'old');
    chmodSync(target, 0o640);
    symlinkSync('real.json', join(path, 'link.json'));
    await writeFileAtomic(join(path, 'link.json'), 'new');
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(statSync(target).mode & 0o777).toBe(0o640);
    expect(lstatSync(join(path, 'link.json')).isSymbolicLink()).toBe(true);
  });

  it('is a device only in name: /dev/null and /dev/full stay devices', async () => {
    await writeFileAtomic('/dev/null', 'gone');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    const error = await inputErrorOf(() => writeFileAtomic('/dev/full', 'too much'));
    expect(error).toMatchObject({ message: 'cannot write: no space left on the device', place: '/dev/full' });
    expect(error.remedy).toContain('free some space');
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  it.each([
    ['a missing folder', 'none/out.json', 'the folder of the output does not exist', 'mkdir -p'],
    ['a folder', 'sub', 'the output is a folder', 'name a file in it'],
    ['a path through a file', 'plain/out.json', 'a part of this path is a file', 'check the path'],
    ['a name that is too long', 'x'.repeat(300), 'the name is too long', 'use a shorter one'],
    ['a link to nothing', 'dangling', 'a symbolic link to nothing', 'remove the link'],
  ])(
    'cannot be %s: refused before the run and after it, with a remedy',
    async (_what, name, message, remedy) => {
      const { path, file } = temporaryFolder();
      mkdirSync(join(path, 'sub'));
      file('plain', 'text');
      symlinkSync('nowhere', join(path, 'dangling'));
      const before = readdirSync(path);
      for (const attempt of [checkWritable, (target: string) => writeFileAtomic(target, 'data')]) {
        const error = await inputErrorOf(() => attempt(join(path, name)));
        expect(error.message).toContain(message);
        expect(error.remedy).toContain(remedy);
        expect(error.place).toBe(join(path, name));
      }
      expect(readdirSync(path)).toEqual(before);
    },
  );

  it('is checked for without being touched', async () => {
    const { path, file } = temporaryFolder();
    const target = file('out.json', 'old');
    await checkWritable(target);
    await checkWritable(join(path, 'new.json'));
    await checkWritable('-');
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(readdirSync(path)).toEqual(['out.json']);
  });
});
