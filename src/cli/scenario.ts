import type { Argv, CommandModule } from 'yargs';
import { InputError } from '../core/errors.ts';
import { differenceText } from '../report/scenario-difference.ts';
import { scenarioTable } from '../report/scenario-table.ts';
import { PROC_FILES, type ProcFile, procText } from '../report/smaps.ts';
import { procView } from '../sim/proc.ts';
import { compareScenario } from '../sim/scenario/compare.ts';
import { ScenarioRun } from '../sim/scenario/execute.ts';
import { PROFILES } from '../sim/scenario/profiles.ts';
import { print } from './output.ts';
import { isolationCommand } from './scenario-isolation.ts';
import { findOracle, OracleFailure, type OracleRun, recordedAnswers } from './scenario-oracle.ts';
import { checkCount, randomScript, readScript, type Script } from './scenario-script.ts';
import { stepCommand } from './step.ts';

const MOST_SCENARIOS = 1_000_000;

interface RunArguments {
  file: string;
  pretty: boolean | undefined;
  proc: ProcFile | undefined;
  pid: number;
  line: number | undefined;
}

const runScenario: CommandModule<object, RunArguments> = {
  command: 'run <file>',
  describe: 'run a scenario on the model: one JSON line an operation',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'a scenario, - for standard input',
      })
      .option('pretty', { type: 'boolean', describe: 'a table for people instead' })
      .option('proc', {
        choices: PROC_FILES,
        describe: 'print this /proc/PID file instead, as it is after the last line or --line',
      })
      .option('pid', { type: 'number', default: 1, requiresArg: true, describe: 'whose --proc file' })
      .option('line', { type: 'number', requiresArg: true, describe: 'stop after this line' })
      .conflicts('proc', 'pretty'),
  handler: async ({ file, pretty, proc, pid, line }) => {
    const { scenario } = await readScript(file);
    const run = new ScenarioRun(scenario);
    const last = line ?? Number.POSITIVE_INFINITY;
    const answers = scenario.operations.filter((one) => one.line <= last).map((one) => run.step(one));
    if (proc) return print(procFile(run, proc, pid));
    if (pretty) return print(scenarioTable(scenario, answers));
    await print(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
  },
};

const verifyScenarios: CommandModule<object, { files: string[] }> = {
  command: 'verify <files..>',
  describe: "run scenarios on the model and on this host's kernel, and compare operation by operation",
  builder: (yargs) =>
    yargs.positional('files', { type: 'string', array: true, demandOption: true, describe: 'scenarios' }),
  handler: async ({ files }) => {
    const scripts = await Promise.all(files.map(readScript));
    const oracle = findOracle();
    if ('run' in oracle) return report(scripts, answersOf(oracle.run, scripts), `Linux ${oracle.kernel}`);
    process.stderr.write(`pagewalk: cannot ask a real kernel here; missing: ${oracle.missing}\n`);
    const recorded = scripts.map(({ scenario }) => recordedAnswers(scenario.path));
    const known = scripts.filter((_, i) => recorded[i] !== undefined);
    if (known.length === 0)
      throw new InputError('there is nothing to compare with', {
        remedy: 'run this as root on Linux with a C compiler, or verify scenarios that have recorded answers',
      });
    process.stderr.write(
      `pagewalk: comparing ${known.length} of ${scripts.length} scenarios with recorded answers\n`,
    );
    const answers = recorded.filter((one) => one !== undefined);
    await report(
      known,
      answers.map((one) => one.lines),
      `answers recorded from Linux ${answers[0]!.kernel}`,
    );
  },
};

interface RandomArguments {
  seed: number;
  count: number;
  profile: string;
  verify: boolean;
}

const randomScenarios: CommandModule<object, RandomArguments> = {
  command: 'random',
  describe: 'make valid random scenarios; with --verify, compare model and kernel on them',
  builder: (yargs) =>
    yargs
      .option('seed', {
        type: 'number',
        default: 1,
        requiresArg: true,
        describe: 'of the first; the next have the next',
      })
      .option('count', { type: 'number', default: 1, requiresArg: true, describe: 'how many' })
      .option('profile', {
        choices: ['all', ...Object.keys(PROFILES)],
        default: 'all',
        describe: 'which operations; all takes the profiles in turn',
      })
      .option('verify', { type: 'boolean', default: false, describe: 'soak: run each on both, and compare' }),
  handler: async ({ seed, count, profile, verify }) => {
    checkCount('--seed', seed, 2 ** 32);
    checkCount('--count', count, MOST_SCENARIOS);
    const made = Array.from({ length: count }, (_, i) => randomScript(seed + i, profile));
    if (!verify) {
      const marked = made.map(({ scenario, text }) => (count > 1 ? `%% ${scenario.path}\n${text}` : text));
      return print(marked.join(''));
    }
    const oracle = findOracle();
    if (!('run' in oracle))
      throw new InputError('random scenarios can be compared with a real kernel only', {
        remedy: `missing here: ${oracle.missing}`,
      });
    await report(made, answersOf(oracle.run, made), `Linux ${oracle.kernel}`);
  },
};

/** @throws InputError for a process that is not there by then */
function procFile(run: ScenarioRun, file: ProcFile, pid: number): string {
  const { kernel } = run.machine;
  const process = kernel.state.processes.get(pid);
  if (!process || process.zombie) {
    const live = [...kernel.state.processes.values()].filter((one) => !one.zombie).map((one) => one.pid);
    throw new InputError(`there is no process ${pid} by then`, { remedy: `processes: ${live.join(', ')}` });
  }
  return procText(procView(kernel, pid), file);
}

/** `pagewalk scenario`: scripts of memory operations, on the model and on a real kernel. */
export const scenarioCommand: CommandModule = {
  command: 'scenario <action>',
  describe: 'run a scenario on the model, or compare model and real kernel operation by operation',
  builder: (yargs: Argv) =>
    yargs
      .command(runScenario)
      .command(stepCommand)
      .command(verifyScenarios)
      .command(randomScenarios)
      .command(isolationCommand)
      .demandCommand(1, 'name what to do: run, step, verify, random or isolation'),
  handler: () => {},
};

/** The kernel's answers, script by script; a machine that cannot give them is the user's to mend. */
function answersOf(run: OracleRun, scripts: readonly Script[]): string[][] {
  try {
    return run(scripts.map((script) => script.text));
  } catch (error) {
    if (!(error instanceof OracleFailure)) throw error;
    throw new InputError("the program that asks this host's kernel failed", { place: error.message });
  }
}

/** Compares all, prints the first difference of each that differs, and says how it went; exit code 1 for any. */
async function report(
  scripts: readonly Script[],
  answers: readonly string[][],
  kernel: string,
): Promise<void> {
  let operations = 0;
  let different = 0;
  for (const [i, { scenario }] of scripts.entries()) {
    const result = compareScenario(scenario, answers[i] ?? []);
    operations += result.operations;
    if (!result.difference) continue;
    different++;
    await print(differenceText(scenario, result.difference));
  }
  await print(
    `${scripts.length} scenarios, ${operations} operations against ${kernel}: ` +
      `${different === 0 ? 'no difference' : `${different} scenarios differ`}\n`,
  );
  if (different > 0) process.exitCode = 1;
}
