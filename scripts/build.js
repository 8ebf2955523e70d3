// Compiles src/ into dist/. Run by `npm ci` itself (prepare), so a fresh clone is ready to use.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const compiler = require.resolve('typescript/lib/tsc.js');
rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (status !== 0 || !existsSync('dist/cli/main.js')) {
  console.error('pagewalk: the build failed; see the messages above');
  process.exit(1);
}
