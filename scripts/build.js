// Compiles src/ into dist/. Run by `npm ci` itself (prepare), so a fresh clone is ready to use.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const INPUTS = ['src', 'machines', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const LAST_OUTPUT = 'dist/machines.json';

/** When anything in a file or folder last changed, deletions included. */
function changedAt(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

/** npx links the package it runs from and prepares it again: that must cost nothing, and pull nothing from under others. */
function isUpToDate() {
  return existsSync(LAST_OUTPUT) && changedAt(LAST_OUTPUT) > Math.max(...INPUTS.map(changedAt));
}

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
if (isUpToDate()) console.log('pagewalk: dist is up to date');
else if (tsc === undefined) console.error('pagewalk: not built, TypeScript is not installed: run npm ci');
else {
  rmSync('dist', { recursive: true, force: true });
  run(tsc, '-p', 'tsconfig.build.json');
  run('scripts/prepare-machines.js');
}
