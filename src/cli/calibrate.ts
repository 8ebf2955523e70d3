import { stderr } from 'node:process';
import { SingleBar } from 'cli-progress';
import type { CommandModule } from 'yargs';
import { InputError } from '../core/errors.ts';
import { columns } from '../report/format.ts';
import { type Calibration, calibrate } from '../sim/calibrate/calibrate.ts';
import { type CheckResult, MEDIAN_BOUND, WORST_BOUND } from '../sim/calibrate/check.ts';
import { FIGURE_NAMES, FIGURES } from '../sim/calibrate/figures.ts';
import { partEstimates } from '../sim/calibrate/parts.ts';
import { PHASE_NAMES, PHASES } from '../sim/calibrate/phases.ts';
import { presetYaml } from '../sim/calibrate/preset.ts';
import { AtomicFile, print } from './output.ts';

interface CalibrateArguments {
  output: string | undefined;
  json: boolean | undefined;
  quick: boolean | undefined;
  check: boolean | undefined;
}

/** A prediction was off by more than the bounds (docs/calibration.md). */
const EXIT_OFF = 1;

/** Left-out measurements that are named one by one. */
const MOST_NAMED = 4;

/** `pagewalk calibrate`: measures this host and writes a cost preset; with `--check`, holds predictions against it. */
export const calibrateCommand: CommandModule<object, CalibrateArguments> = {
  command: 'calibrate',
  describe: "measure this host's memory-management costs and write a cost preset",
  builder: (yargs) =>
    yargs
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'write the cost preset (YAML) to this file; - is standard output',
      })
      .option('json', { type: 'boolean', describe: 'print everything measured as JSON instead of tables' })
      .option('quick', { type: 'boolean', describe: 'fewer rounds, no size above 128 MiB' })
      .option('check', {
        type: 'boolean',
        describe: 'predict what was not calibrated from, measure it, and compare; exit 1 when it is off',
      })
      .check(({ output, json }) => {
        if (output === '-' && json)
          throw new InputError('--json and -o - both write to standard output', {
            remedy: 'name a file: -o host.yaml',
          });
        return true;
      })
      .example('$0 calibrate -o host.yaml', 'measure, and keep the preset')
      .example('$0 calibrate --check', 'how good are the predictions on this machine'),
  handler: async ({ output, json, quick, check }) => {
    // Opened before minutes of measuring, so that a wrong path is known at once.
    const file = output === undefined || output === '-' ? undefined : await AtomicFile.create(output);
    try {
      const calibration = await measure(quick ?? false, check ?? false);
      await file?.write(presetYaml(calibration));
      await file?.commit();
      if (output === '-') await print(presetYaml(calibration));
      if (json) await print(`${JSON.stringify(jsonOf(calibration), null, 2)}\n`);
      else if (output !== '-') await print(textOf(calibration));
      if (calibration.check && !calibration.check.passed) process.exitCode = EXIT_OFF;
    } finally {
      await file?.discard();
    }
  },
};

async function measure(quick: boolean, check: boolean): Promise<Calibration> {
  const progress = new CalibrationProgress();
  try {
    return await calibrate({
      quick,
      check,
      onProgress: (done, total, command) => progress.update(done, total, command),
    });
  } finally {
    progress.stop();
  }
}

/** A bar on standard error, on a terminal only. */
class CalibrationProgress {
  #bar: SingleBar | undefined;

  update(done: number, total: number, command: string): void {
    if (!stderr.isTTY) return;
    if (!this.#bar) {
      this.#bar = new SingleBar({
        format: '{bar} {percentage} %  {eta_formatted} left  {command}',
        stream: stderr,
        clearOnComplete: true,
        hideCursor: true,
      });
      this.#bar.start(total, done, { command });
    }
    this.#bar.update(done, { command });
  }

  stop(): void {
    this.#bar?.stop();
  }
}

function jsonOf(calibration: Calibration): object {
  return { ...calibration, parts: partEstimates(calibration.costs) };
}

function textOf(calibration: Calibration): string {
  const sections = [head(calibration), figures(calibration), phases(calibration), parts(calibration)];
  if (calibration.check) sections.push(checked(calibration.check));
  if (calibration.skipped.length > 0) sections.push(leftOut(calibration));
  return `${sections.join('\n\n')}\n`;
}

/** One line a reason, with the commands where they are few. */
function leftOut({ skipped }: Calibration): string {
  const byReason = new Map<string, string[]>();
  for (const { command, why } of skipped) byReason.set(why, [...(byReason.get(why) ?? []), command]);
  const lines = [...byReason].map(([why, commands]) =>
    commands.length > MOST_NAMED
      ? `  ${commands.length} measurements: ${why}`
      : `  ${commands.join('; ')}: ${why}`,
  );
  return `left out\n${lines.join('\n')}`;
}

function head({ host, date, rounds, drift, hostFirstTouchNs, costs }: Calibration): string {
  const { caches } = costs;
  return [
    `${host.cpu}, Linux ${host.kernel}${host.virtual ? ', in a virtual machine' : ''}, THP ${host.thp}, ${date}`,
    `${rounds} rounds; ${host.counter} at ${host.counterGHz.toFixed(3)} GHz; the reference drifted by ${shown(drift)} between rounds`,
    `caches: L2 ${mib(caches.l2)}, share of the last level ${mib(caches.llc)}; first touch of memory the host has not backed: ${hostFirstTouchNs.toFixed(0)} ns more a page`,
    'times are CPU time, lower quartile of all repetitions; spread is the median absolute deviation',
  ].join('\n');
}

function figures({ costs, host }: Calibration): string {
  const rows = FIGURE_NAMES.flatMap((name) => {
    const figure = costs.figures[name];
    return figure
      ? [[FIGURES[name].what, figure.ns.toFixed(0), cycles(figure.ns, host.counterGHz), shown(figure.spread)]]
      : [];
  });
  const { majorFault } = costs;
  if (majorFault)
    rows.push([
      'major read fault, by the wall clock',
      majorFault.ns.toFixed(0),
      cycles(majorFault.ns, host.counterGHz),
      shown(majorFault.spread),
    ]);
  return columns([['measured', 'ns', 'cycles', 'spread'], ...rows], '');
}

function phases({ costs }: Calibration): string {
  const rows = PHASE_NAMES.flatMap((name) => {
    const phase = costs.phases[name];
    if (!phase) return [];
    const { what, unit } = PHASES[name];
    return [
      [
        `${what}, per ${unit}`,
        phase.fixed.toFixed(0),
        phase.hot.toFixed(1),
        phase.cold.toFixed(1),
        shown(phase.residual),
      ],
    ];
  });
  return columns(
    [['T(n) = fixed + n (hot + cold share x cold)', 'fixed ns', 'hot ns', 'cold ns', 'worst fit'], ...rows],
    '',
  );
}

function parts({ costs, host }: Calibration): string {
  const rows = partEstimates(costs).map(({ part, ns, error, confidence, how }) => [
    `${part.padEnd(16)} ${how}`,
    cycles(ns, host.counterGHz),
    `± ${cycles(error, host.counterGHz)}`,
    confidence,
  ]);
  return columns([['parts of kernel work', 'cycles', '', ''], ...rows], '');
}

function checked({ rows, medianError, worstError, passed }: CheckResult): string {
  const lines = rows.map(({ what, predictedNs, measuredNs, error, spread, judged }) => [
    judged ? what : `${what} (not judged)`,
    (predictedNs / 1000).toFixed(1),
    (measuredNs / 1000).toFixed(1),
    `${error >= 0 ? '+' : ''}${shown(error)}`,
    shown(spread),
  ]);
  const table = columns([['check', 'predicted us', 'measured us', 'error', 'spread'], ...lines], '');
  const count = rows.filter(({ judged }) => judged).length;
  const verdict = `${count} predictions: median error ${shown(medianError)} (bound ${shown(MEDIAN_BOUND)}), worst ${shown(worstError)} (bound ${shown(WORST_BOUND)}): ${passed ? 'passed' : 'NOT passed'}`;
  return `${table}\n${verdict}`;
}

function cycles(ns: number, ghz: number): string {
  return Math.round(ns * ghz).toLocaleString('en-US');
}

function shown(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function mib(bytes: number): string {
  return `${(bytes / 1048576).toFixed(1)} MiB`;
}
