// A test runner for Stryker (https://stryker-mutator.io) that keeps all tests compiled in one process: a mutant costs
// milliseconds where a run of vitest costs seconds. It runs the tests that reach a mutant until one fails.
import { createHash } from 'node:crypto';
import { compileSuite } from './suite.js';
import { ROOM_OF, testFiles } from './tests.js';

/**
 * MUTATION_SAMPLE=0.2/1: only this part of the mutants, drawn by this seed, is judged; the others are reported as errors,
 * which no score counts. Unset: all.
 */
const [part, seed] = (process.env.MUTATION_SAMPLE ?? '1/1').split('/');
const inSample = ({ fileName, location, replacement }) => {
  const path = fileName.slice(fileName.lastIndexOf('src'));
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, path, location, replacement]))
    .digest();
  return digest.readUInt32BE() < Number(part) * 2 ** 32;
};

/** Where Stryker's instrumentation looks for the mutant that is on, and leaves what it counts. */
globalThis.__stryker__ ??= {};
const instrumentation = globalThis.__stryker__;

class InProcessRunner {
  /** Every mutant is on from the first line of a fresh evaluation, so constants of modules are mutated too. */
  capabilities() {
    return { reloadEnvironment: true };
  }

  /** All tests without a mutant: their time, and which mutants each reaches. */
  async dryRun({ files = [] }) {
    const allFiles = testFiles();
    const suite = await compileSuite(allFiles, true);
    const declare = suite.start();
    const tests = [];
    for (const file of allFiles) {
      if (!files.some((source) => judges(file, source))) continue;
      for (const test of await declare(file)) {
        const id = idOf(file, test);
        instrumentation.currentTestId = id;
        const from = performance.now();
        const failureMessage = await failureOf(test);
        instrumentation.currentTestId = undefined;
        const timeSpentMs = performance.now() - from;
        const status = failureMessage === undefined ? SUCCESS : FAILED;
        tests.push({ id, name: id, fileName: file, timeSpentMs, status, failureMessage });
      }
    }
    return { status: 'complete', tests, mutantCoverage: instrumentation.mutantCoverage };
  }

  async mutantRun({ testFilter, activeMutant, hitLimit, sandboxFileName }) {
    if (!inSample(activeMutant)) return { status: 'error', errorMessage: 'not in the sample' };
    const allFiles = testFiles();
    this.suite ??= await compileSuite(allFiles, false);
    const wanted = testFilter && new Set(testFilter);
    const files = testFilter ? new Set(testFilter.map(fileOf)) : new Set(allFiles);
    Object.assign(instrumentation, { activeMutant: activeMutant.id, hitLimit, hitCount: 0 });
    let nrOfTests = 0;
    const killed = (killedBy, failureMessage) =>
      instrumentation.hitCount > hitLimit
        ? { status: 'timeout', reason: 'a loop that does not end' }
        : { status: 'killed', killedBy: [killedBy], failureMessage, nrOfTests };
    try {
      const declare = this.suite.start();
      for (const file of allFiles) {
        if (!files.has(file) || !judges(file, sandboxFileName)) continue;
        for (const test of await declare(file)) {
          const id = idOf(file, test);
          if (wanted && !wanted.has(id)) continue;
          nrOfTests++;
          const failure = await failureOf(test);
          if (failure !== undefined) return killed(id, failure);
        }
      }
    } catch (error) {
      return killed([...files][0], `while tests were loaded: ${error}`);
    } finally {
      instrumentation.activeMutant = undefined;
    }
    return { status: 'survived', nrOfTests };
  }
}

/** The statuses of a test in Stryker's interface. */
const SUCCESS = 0;
const FAILED = 1;

const idOf = (file, { name }) => `${file}#${name}`;
const fileOf = (id) => id.slice(0, id.indexOf('#'));

/** Whether a test file has a say about mutants of a source file. */
const judges = (file, source) => source.replaceAll('\\', '/').includes(ROOM_OF[file] ?? 'src/');

/** What a test fails with, undefined when it passes. */
async function failureOf({ run }) {
  try {
    await run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const create = () => new InProcessRunner();
export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', factory: create }];
