import { closeSync, openSync, readSync, statfsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FileHost } from '../../record/files.ts';

/** statfs(2) f_type of tmpfs. */
const TMPFS_MAGIC = 0x01021994;

/** Files as this machine has them at the moment when the recorder asks. */
export const nodeFiles: FileHost = {
  identify(path) {
    try {
      const status = statSync(path);
      if (!status.isFile()) return null;
      const tmpfs = statfsSync(path).type === TMPFS_MAGIC;
      return { id: `${status.dev}:${status.ino}`, bytes: status.size, tmpfs };
    } catch {
      return null;
    }
  },
  head(path, bytes) {
    try {
      // A pipe or a device would be waited for.
      if (!statSync(path).isFile()) return new Uint8Array(0);
      const file = openSync(path, 'r');
      try {
        const buffer = new Uint8Array(bytes);
        return buffer.subarray(0, readSync(file, buffer, 0, bytes, 0));
      } finally {
        closeSync(file);
      }
    } catch {
      return new Uint8Array(0);
    }
  },
  find: findProgram,
  resolve,
};

/** The file that a command name means, as execvp finds it; null when there is none. */
export function findProgram(command: string): string | null {
  const places = command.includes('/') ? [''] : (process.env.PATH ?? '').split(':');
  for (const place of places) {
    const path = resolve(place, command);
    try {
      const status = statSync(path);
      if (status.isFile() && (status.mode & 0o111) !== 0) return path;
    } catch {
      // Not here; perhaps in the next folder.
    }
  }
  return null;
}
