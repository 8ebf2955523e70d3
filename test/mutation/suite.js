// The tests and the sources below them as one script, which is compiled once and evaluated afresh for every mutant, so
// that no mutant meets state that another left in a module.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { build } from 'esbuild';
import { HURRIED } from './tests.js';
import { collect, vitest } from './vitest.js';

/** Stryker's instrumentation counts what each test reaches by a function per file, slow, of use in the dry run only. */
const COVERAGE_FUNCTION = 'function stryCov_9fa48() {';

/** Gives each module its own URL back, which a bundle has lost, and drops the counting of coverage when not wanted. */
const sources = (withCoverage) => ({
  name: 'sources',
  setup({ onLoad, initialOptions }) {
    initialOptions.loader = { '.ts': 'ts' };
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const { readFile } = await import('node:fs/promises');
      const url = JSON.stringify(pathToFileURL(path).href);
      const text = (await readFile(path, 'utf8')).replaceAll('import.meta.url', url);
      const contents = withCoverage ? text : text.replace(COVERAGE_FUNCTION, `${COVERAGE_FUNCTION} return;`);
      return { contents, loader: 'ts' };
    });
  },
});

/**
 * Compiles test files for evaluation. Paths are those of the working directory, which is Stryker's copy of the project
 * with its mutants in.
 */
export async function compileSuite(files, withCoverage) {
  const entries = files.map(
    (file) => `${JSON.stringify(file)}: () => import(${JSON.stringify(`./${file}`)}),`,
  );
  const { outputFiles } = await build({
    stdin: {
      contents: `import './test/setup.ts';\nexport const files = {\n${entries.join('\n')}\n};`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
    plugins: [sources(withCoverage)],
  });
  const filename = resolve('mutation-suite.cjs');
  const script = new Script(`(function (require, module, exports) {${outputFiles[0].text}\n})`, {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return new Suite(script, createRequire(filename));
}

/**
 * The first counterexample of a property will do: nobody reads the smallest one. In hurried files properties are tried a
 * quarter as often as in `npm test`, since a mutant that survives meets them all.
 */
function hasty(fc, hurried) {
  const assert = (property, { numRuns = 100, ...rest } = {}) =>
    fc.assert(property, { ...rest, numRuns: Math.ceil(numRuns / (hurried() ? 4 : 1)), endOnFailure: true });
  const module = { ...fc, assert };
  return { ...module, default: module };
}

class Suite {
  constructor(script, require) {
    const ours = { vitest, 'fast-check': hasty(require('fast-check'), () => HURRIED.has(this.file)) };
    this.script = script;
    this.require = (name) => ours[name] ?? require(name);
  }

  /** A fresh evaluation: gives the function that declares the tests of a file, once for each file. */
  start() {
    const module = { exports: {} };
    this.script.runInThisContext()(this.require, module, module.exports);
    return (file) => {
      this.file = file;
      return collect(module.exports.files[file]);
    };
  }
}
