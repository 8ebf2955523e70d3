import type { TraceEvent } from '../event.ts';

/** What the recorder asks its host about files. */
export interface FileHost {
  /** Identity and size of a file; null when it is not there or is no regular file. */
  identify(path: string): FileIdentity | null;
  /** The first bytes of a file, fewer when it is shorter, none when it cannot be read. */
  head(path: string, bytes: number): Uint8Array;
  /** The file that a command name means, as execvp finds it; null when there is none. */
  find(command: string): string | null;
  /** The absolute path that `path` means in the folder `cwd`; '' is the working directory of today. */
  resolve(cwd: string, path: string): string;
}

export interface FileIdentity {
  /** The same for every path to the same file. */
  readonly id: string;
  readonly bytes: number;
  readonly tmpfs: boolean;
}

/** Numbers the files of a recording: one number a file, however many paths and processes it has. */
export class FileNumbers {
  readonly #host: FileHost;
  readonly #numbers = new Map<string, number>();

  constructor(host: FileHost) {
    this.#host = host;
  }

  /** The number of a file, and the event that introduces it when it is new. Null when it is no regular file. */
  number(path: string): { readonly file: number; readonly event: TraceEvent | null } | null {
    const identity = this.#host.identify(path);
    if (!identity) return null;
    const known = this.#numbers.get(identity.id);
    if (known !== undefined) return { file: known, event: null };
    const file = this.#numbers.size;
    this.#numbers.set(identity.id, file);
    const { bytes, tmpfs } = identity;
    return { file, event: { kind: 'file', file, path, bytes, ...(tmpfs && { tmpfs }) } };
  }
}
