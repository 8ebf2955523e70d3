import type { Argv, CommandModule } from 'yargs';
import { InputError } from '../core/errors.ts';
import type { CostPreset } from '../kernel/cost/preset.ts';
import { csvReport } from '../report/csv.ts';
import { textReport } from '../report/text.ts';
import { CORES, type Core } from '../sim/accelerator/choose.ts';
import type { Finding } from '../sim/check/finding.ts';
import { collect } from '../sim/collect.ts';
import { loadMachine } from '../sim/machine/load.ts';
import { type RunOptions, type RunPolicy, Simulation } from '../sim/run.ts';
import { openBeside } from '../trace/node/ahead/open.ts';
import {
  type CheckpointArguments,
  checkCheckpoints,
  startCheckpoints,
  usesCheckpoints,
  withCheckpoints,
} from './checkpoint.ts';
import { MACHINE_OPTION, SET_OPTION } from './machine-options.ts';
import { print } from './output.ts';
import { checkOutputs, type OutputArguments, outputOptions, writeOutputs } from './outputs.ts';
import { RunProgress } from './progress.ts';
import { checkStretch, nothingCounted, type Stretch, stretchOptions } from './stretch.ts';
import { packageVersion } from './version.ts';

interface RunArguments extends CheckpointArguments, OutputArguments, Stretch {
  trace: string;
  machine: string;
  set: string[] | undefined;
  format: string | undefined;
  kernel: 'demand' | 'linux' | undefined;
  policy: string | undefined;
  costs: string | undefined;
  check: boolean;
  core: Core;
}

/** `pagewalk run TRACE`: a trace through a machine, and what it cost. */
export const runCommand: CommandModule<object, RunArguments> = {
  command: 'run <trace>',
  describe: 'run a trace through a machine: TLB misses, walks, faults, and where every cycle went',
  builder: (yargs) =>
    outputOptions(withCheckpoints(stretchOptions(ownOptions(yargs))), 'key,value lines')
      .example('$0 run traces/cc1.lackey.br', 'the default machine')
      .example('$0 run t.lackey --machine zen3 --set tlb.stlb.arrays.0.ways=8', 'a changed one')
      .epilogue(
        'One run is one core of work, with another to decode a large trace: it is not split further, as every ' +
          'access depends on what those before it left in TLBs, caches and page tables. compare and sweep run on all cores.',
      ),
  handler: async (options) => {
    checkStretch(options);
    const { machine } = await loadMachine(options.machine, options.set ?? []);
    const { policy, costs } = options;
    const chosen = {
      ...(policy !== undefined && { policy: await policyNamed(policy, options.kernel) }),
      ...(costs !== undefined && { costs: await costsNamed(costs, options.kernel) }),
    };
    await checkOutputs(options);
    await checkCheckpoints(options, options.trace, chosen);
    const source = await openBeside(
      options.trace,
      options.format === undefined ? {} : { format: options.format },
    );
    const progress = new RunProgress(source.info.bytes);
    try {
      const runOptions: RunOptions = {
        ...(options.kernel !== undefined && { kernel: options.kernel }),
        ...chosen,
        ...((policy ?? costs) !== undefined && { kernel: 'linux' }),
        check: options.check,
        core: options.core,
        warmup: options.warmup,
        ...(options.limit !== undefined && { limit: options.limit }),
        onProgress: (accesses) => progress.update(accesses, source.bytesRead),
      };
      const simulation = new Simulation(machine, source, runOptions);
      const plan = usesCheckpoints(options)
        ? await startCheckpoints(options, simulation, source, runOptions)
        : undefined;
      await simulation.run(source, plan);
      progress.stop();
      const result = await collect(simulation, source, packageVersion());
      if (result.trace.accesses === 0) throw nothingCounted(options);
      const alsoText = await writeOutputs(options, {
        json: () => `${JSON.stringify(result, null, 2)}\n`,
        csv: () => csvReport(result),
      });
      if (alsoText) await print(textReport(result));
      if (simulation.checker !== null) reportFindings(simulation.checker.findings);
    } finally {
      progress.stop();
      await source.close();
    }
  },
};

function ownOptions<T>(yargs: Argv<T>) {
  return yargs
    .positional('trace', {
      type: 'string',
      demandOption: true,
      describe: 'a trace file, - for standard input',
    })
    .option('machine', MACHINE_OPTION)
    .option('set', SET_OPTION)
    .option('kernel', {
      choices: ['demand', 'linux'] as const,
      describe:
        'whose mappings and faults: every page on demand, or Linux 6.18 (default where the trace has mappings)',
    })
    .option('policy', {
      type: 'string',
      requiresArg: true,
      describe:
        'how Linux decides at fork and at shared writes: a preset (pagewalk policies), a file, a module',
    })
    .option('costs', {
      type: 'string',
      requiresArg: true,
      describe: "what Linux's work costs: a preset, or a file of `pagewalk calibrate -o`",
    })
    .option('format', {
      type: 'string',
      requiresArg: true,
      describe: 'the trace format, if not by content',
    })
    .option('check', {
      type: 'boolean',
      default: false,
      describe: 'hold TLBs, frames and ledger to their laws all along; exit 1 when one is broken',
    })
    .option('core', {
      choices: CORES,
      default: 'auto' as const,
      describe:
        'who runs the accesses: TypeScript, or WebAssembly as far as it can; the numbers are the same',
    });
}

/** A policy is Linux's: the demand kernel has none. Read only when asked for, with what reading YAML takes. */
async function policyNamed(name: string, kernel: RunArguments['kernel']): Promise<RunPolicy> {
  if (kernel === 'demand')
    throw new InputError('--policy needs the Linux kernel, and --kernel demand has no fork', {
      remedy: 'leave --kernel out, or say --kernel linux',
    });
  const { loadPolicy } = await import('../sim/policy/read.ts');
  const { policy, hooks } = await loadPolicy(name);
  return { policy, ...(hooks && { hooks }) };
}

/** Prices are Linux's too: the demand kernel has one for everything, in the machine file. */
async function costsNamed(name: string, kernel: RunArguments['kernel']): Promise<CostPreset> {
  if (kernel === 'demand')
    throw new InputError(
      "--costs are those of the Linux kernel's work, and --kernel demand does none of it",
      {
        remedy: 'leave --kernel out, or say --kernel linux',
      },
    );
  const { loadCostPreset } = await import('../sim/calibrate/load-preset.ts');
  return loadCostPreset(name);
}

/** Findings go to standard error, so that results can still be piped; a finding makes the exit code 1. */
function reportFindings(findings: readonly Finding[]): void {
  if (findings.length === 0) {
    process.stderr.write('check: no law was broken\n');
    return;
  }
  for (const { law, what, operation } of findings) {
    process.stderr.write(`check: ${law}: ${what}\n       after ${operation}\n`);
  }
  process.exitCode = 1;
}
