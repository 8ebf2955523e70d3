import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * Threads take no TypeScript: builds one as `npm run build` would, into one file.
 * @param folder of the test, for the file
 */
export async function builtThread(source: string, folder: string): Promise<URL> {
  const outfile = join(folder, basename(source).replace('.ts', '.mjs'));
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return pathToFileURL(outfile);
}
