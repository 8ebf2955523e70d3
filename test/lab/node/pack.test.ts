import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { LABS } from '../../../src/lab/index.ts';
import { KEY_FILE, makePack, openPack } from '../../../src/lab/node/pack.ts';
import { seal, unseal } from '../../../src/lab/node/seal.ts';
import { readSheet } from '../../../src/lab/sheet.ts';
import { gradeSheet } from '../../../src/lab/submission.ts';

const PASSPHRASE = 'correct horse battery';

describe('a sealed key', () => {
  it('opens with its passphrase and no other', () => {
    const sealed = seal('the answers', PASSPHRASE);
    expect(unseal(sealed, PASSPHRASE, 'k')).toBe('the answers');
    expect(() => unseal(sealed, `${PASSPHRASE}!`, 'k')).toThrow(InputError);
    expect(sealed).not.toContain('answers');
  });

  it('does not open when a byte of it was changed', () => {
    const sealed = JSON.parse(seal('the answers', PASSPHRASE));
    for (const field of ['data', 'iv', 'salt', 'tag']) {
      const bytes = Buffer.from(sealed[field], 'base64');
      bytes[0]! ^= 1;
      const changed = JSON.stringify({ ...sealed, [field]: bytes.toString('base64') });
      expect(() => unseal(changed, PASSPHRASE, 'k')).toThrow(InputError);
    }
  });

  it('is different each time: salt and nonce are never used twice', () => {
    expect(seal('x', PASSPHRASE)).not.toBe(seal('x', PASSPHRASE));
  });

  it.each(['', '{}', 'not json', '[1]'])('is told from other files: %j', (text) => {
    expect(() => unseal(text, PASSPHRASE, 'k')).toThrow('not a sealed key');
  });

  it('wants a passphrase of some length', () => {
    expect(() => seal('x', 'short')).toThrow(InputError);
  });
});

describe('a pack', () => {
  const ids = LABS.map(({ id }) => id);
  const files = makePack(ids, ['ada', 'bob'], PASSPHRASE);
  const key = openPack(files.get(KEY_FILE)!, PASSPHRASE, 'k');

  it('has an exercise and a sheet for each student and lab, and the seed of none', () => {
    for (const { student, lab, seed } of key.entries) {
      const folder = `students/${student}/${lab}`;
      const exercise = files.get(`${folder}/exercise.txt`)!;
      expect(readSheet(files.get(`${folder}/${lab}.yaml`)!, 'x')).toMatchObject({ lab, student, seed: null });
      for (const text of [exercise, files.get(`${folder}/${lab}.yaml`)!])
        expect(text).not.toContain(`${seed}`);
    }
    expect(key.entries).toHaveLength(2 * ids.length);
  });

  it('has a key whose answers get full marks', async () => {
    for (const { lab, seed, student, answers } of key.entries) {
      if (answers === null) continue;
      const sheet = { lab, seed: null, student, program: null, answers };
      const { marks, points } = await gradeSheet(sheet, seed, null, 'x');
      expect({ lab, marks }).toEqual({ lab, marks: points });
    }
  });

  it('is refused when the model no longer gives the answers of the key', () => {
    const first = key.entries.find(({ answers }) => answers !== null)!;
    const changed = { version: 1, entries: [{ ...first, answers: { ...first.answers, q1: 'other' } }] };
    expect(() => openPack(seal(JSON.stringify(changed), PASSPHRASE), PASSPHRASE, 'k')).toThrow(InputError);
  });
});
