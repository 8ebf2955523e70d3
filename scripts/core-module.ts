import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];

/**
 * Compiles accelerator/ and gives the text of src/sim/accelerator/core-wasm.ts: a module that Node, a bundler and a
 * development loader can all import, without a file to be found at run time.
 * @throws Error with the compiler's words when the sources do not compile
 */
export async function coreModule(): Promise<string> {
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main(['accelerator/index.ts', '--outFile', 'core.wasm', ...OPTIONS], {
    readFile: (name, folder) => {
      try {
        return readFileSync(join(ROOT, relative('.', folder), name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_, contents) => {
      binary = contents as Uint8Array<ArrayBuffer>;
    },
  });
  if (error !== null) throw new Error(`accelerator/ does not compile: ${stderr.toString()}`);
  const base64 = Buffer.from(binary).toString('base64');
  return `/** accelerator/, compiled, in base64: npm run core writes it. */\nexport const CORE_WASM =\n  '${base64}';\n`;
}
