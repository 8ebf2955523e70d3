import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../core/errors.ts';
import type { Machine } from '../../sim/machine/machine.ts';
import type { ViewSource } from './source.ts';

/** The files of the page, by name. */
export type SitePage = ReadonlyMap<string, string>;

/** What the page begins with instead of its example. */
export interface Start {
  readonly machine: Machine;
  readonly source?: ViewSource;
}

const FILES = ['index.html', 'app.js', 'app.css'];

/** Made by scripts/build-web.js beside the compiled code. */
const BUILT = fileURLToPath(new URL('../../../dist/web/', import.meta.url));

/** The page as it was built. @throws InputError when it was not */
export async function readPage(folder = BUILT): Promise<SitePage> {
  try {
    const contents = await Promise.all(FILES.map((name) => readFile(join(folder, name), 'utf8')));
    return new Map(FILES.map((name, i) => [name, contents[i]!]));
  } catch {
    throw new InputError('the page was not built', { place: folder, remedy: 'npm run build' });
  }
}

/** The page with something to begin with, in the element that waits for it. */
export function withStart(page: SitePage, start: Start): SitePage {
  const data = JSON.stringify(start).replaceAll('<', '\\u003c');
  const html = page.get('index.html')!.replace('id="start"><', () => `id="start">${data}<`);
  return new Map([...page, ['index.html', html]]);
}
