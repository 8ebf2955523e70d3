// Compiles src/ into dist/ and bundles the command line and the page. Run by `npm ci` itself (prepare), so a fresh clone is ready to use.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error('pagewalk: the build failed; see the messages above');
    process.exit(1);
  }
}

function compiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
  } catch {
    return undefined;
  }
}

const tsc = compiler();
// `npx pagewalk` in the repository links the package into npx's cache and prepares it there: what `npm ci` built is
// to be used, not built again under the feet of others; and a failure would leave that cache broken for good.
if (process.env.npm_command === 'exec') process.exit(0);
// Installed without development packages: bin/pagewalk.js says what to do.
if (tsc === undefined) {
  console.error('pagewalk: not built, as TypeScript is not installed: run npm ci');
  process.exit(0);
}
rmSync('dist', { recursive: true, force: true });
run(tsc, '-p', 'tsconfig.build.json');
run('scripts/prepare-machines.js');
run('scripts/build-program.js');
run('scripts/build-web.js');
