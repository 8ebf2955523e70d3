import { rmSync } from 'node:fs';

/** Temporary files and folders of outputs that are being written; whoever ends the process early takes them away. */
const unfinished = new Set<string>();

export function addUnfinished(path: string): void {
  unfinished.add(path);
}

export function removeUnfinished(path: string): void {
  unfinished.delete(path);
}

/** Deletes every unfinished output. Synchronous, so that a signal handler can call it right before exit. */
export function discardUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true, recursive: true });
  unfinished.clear();
}
