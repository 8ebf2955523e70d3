// Bundles web/ into one page: index.html, app.js, app.css. Run by build.js; `node scripts/build-web.js FOLDER` writes
// it elsewhere. Needs dist/machines.json, which build.js makes before.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = process.argv[2] ?? join(root, 'dist/web');

/** The scenarios that the page offers, from the simplest to the most particular. */
const EXAMPLES = [
  'private-anon-fork',
  'private-anon-first-write',
  'private-anon-read-then-write',
  'cow-copy-then-reuse',
  'cow-three-sharers',
  'fork-of-fork',
  'fork-zero-pages',
  'private-file-cow',
  'shared-file-writes',
  'shared-anon-fork',
  'fault-around-aligned',
  'mprotect-split-merge',
  'munmap-split',
  'mremap-move-cow',
  'dontneed-anon',
  'access-refused',
  'kernel-access',
  'thp-first-write',
  'thp-fork-reuse',
  'xv6-simple',
];

/** JSON that cannot end the script element it stands in. */
function embedded(data) {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

const read = (path) => readFileSync(join(root, path), 'utf8');
const machines = Object.values(JSON.parse(read('dist/machines.json'))).map(({ machine }) => machine);
const data = {
  version: JSON.parse(read('package.json')).version,
  machines: Object.fromEntries(machines.map((machine) => [machine.name, machine])),
  examples: EXAMPLES.map((name) => ({ name, text: read(`traces/scenarios/${name}.scn`) })),
};

mkdirSync(folder, { recursive: true });
await build({
  entryPoints: [
    { in: join(root, 'web/main.tsx'), out: 'app' },
    { in: join(root, 'web/style/app.css'), out: 'app' },
  ],
  outdir: folder,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
});
const html = read('web/index.html');
const page = html.replace('id="boot"><', () => `id="boot">${embedded(data)}<`);
if (page === html) throw new Error('web/index.html has no place for the data of the page');
writeFileSync(join(folder, 'index.html'), page);
