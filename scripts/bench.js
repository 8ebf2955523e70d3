// Builds pagewalk, compiles bench/ with the sources, and runs it: what is measured is what users run, not a development
// loader's output.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const OUT = 'build/bench';
const compiler = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
if (spawnSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' }).status !== 0) process.exit(1);
rmSync(OUT, { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [compiler, '-p', 'bench/tsconfig.json'], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(1);
for (const data of ['machines', 'package.json'])
  if (!existsSync(`${OUT}/${data}`)) symlinkSync(resolve(data), `${OUT}/${data}`);
const args = [`${OUT}/bench/main.js`, ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
