// Bundles the command line into dist/program/: one file a command instead of hundreds, which is most of what starting
// takes. So it is with threads, whose scripts become bundles in their places. The other modules of dist/ stay as they are
// for those who import them.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

const THREADS = ['sim/compare/thread.js', 'trace/node/ahead/thread.js'];

/** In a bundle in `folder`, too, a module finds its data by its place in dist/. */
const ownPlaces = (folder) => ({
  name: 'own-places',
  setup({ onLoad }) {
    onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return null;
      const place = JSON.stringify(relative(folder, path).replaceAll('\\', '/'));
      return {
        contents: text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`),
        loader: 'js',
      };
    });
  },
});

/** Making a segmenter of text takes longer than loading a command: only help lays out text, and makes it then. */
const lateSegmenter = {
  name: 'late-segmenter',
  setup({ onLoad }) {
    onLoad({ filter: /string-width\/index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        'const segmenter = new Intl.Segmenter();',
        'let made; const segmenter = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };',
      ),
      loader: 'js',
    }));
  },
};

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Finds its WebAssembly beside itself.
  external: ['@jitl/*'],
  minifyWhitespace: true,
  // Packages of the old module system look for Node's own modules with require.
  banner: {
    js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
  },
  logLevel: 'warning',
};

const program = join(dist, 'program');
await build({
  ...common,
  entryPoints: [join(dist, 'cli/main.js')],
  outdir: program,
  splitting: true,
  chunkNames: '[name]-[hash]',
  plugins: [ownPlaces(program), lateSegmenter],
});
for (const thread of THREADS.map((path) => join(dist, path)))
  await build({
    ...common,
    entryPoints: [thread],
    outfile: thread,
    allowOverwrite: true,
    plugins: [ownPlaces(dirname(thread))],
  });
