import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';

/** A folder for one test, and a way to put files in it. */
export function temporaryFolder(): {
  path: string;
  file: (name: string, text: string | Uint8Array) => string;
} {
  const path = mkdtempSync(join(tmpdir(), 'pagewalk-test-'));
  folders.push(path);
  return {
    path,
    file: (name, text) => {
      const file = join(path, name);
      writeFileSync(file, text);
      return file;
    },
  };
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The InputError that a call ends in; anything else fails the test. */
export async function inputErrorOf(call: () => unknown): Promise<InputError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('expected an InputError, and nothing was thrown');
}
