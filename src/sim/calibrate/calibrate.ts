import { InputError } from '../../core/errors.ts';
import { Rng } from '../../core/rng.ts';
import { type CheckResult, checkAll } from './check.ts';
import { checkPlans, workloadLists } from './check-plans.ts';
import { type Command, cycle } from './commands.ts';
import { compileProbe } from './compile.ts';
import { FIGURE_NAMES, FIGURES, MAJOR } from './figures.ts';
import { type Host, hostOf } from './host.ts';
import { type HostCosts, hostCosts } from './host-costs.ts';
import { Observations, type Reply } from './observations.ts';
import { PHASE_NAMES, PHASES } from './phases.ts';
import { Probe } from './probe.ts';
import { summarize } from './statistics.ts';

export interface CalibrationOptions {
  /** Fewer rounds and no size above 128 MiB: seconds instead of minutes, wider spread. */
  readonly quick: boolean;
  /** Also measure what `--check` predicts, interleaved with the rest. */
  readonly check: boolean;
  readonly onProgress?: (done: number, total: number, command: string) => void;
}

export interface Calibration {
  readonly host: Host;
  readonly date: string;
  readonly rounds: number;
  /** How far the reference measurements of the rounds lie apart: (max - min) / median. */
  readonly drift: number;
  /** ns more that a page costs whose memory the hypervisor has not backed yet; 0 where nothing was seen. */
  readonly hostFirstTouchNs: number;
  readonly costs: HostCosts;
  /** Commands left out or without a usable answer, with the reason. */
  readonly skipped: readonly { readonly command: string; readonly why: string }[];
  readonly check: CheckResult | undefined;
  readonly observations: Observations;
}

const ROUNDS = 5;
const QUICK_ROUNDS = 2;
const QUICK_PAGES = 32768;
/** Share of the available memory that one measurement may use. */
const USABLE = 0.6;
/** Measured in every round, to see how much the machine itself changes meanwhile. */
const REFERENCE = cycle(16384, { after: 'none' });

/**
 * Measures this host: every command once a round, in another order each round, calibration and check side by side, so
 * that both see the same weather.
 * @throws InputError without Linux, a compiler, or the means to measure at all
 */
export async function calibrate(options: CalibrationOptions): Promise<Calibration> {
  const probe = new Probe(compileProbe());
  try {
    for (const { name, pages } of workloadLists()) {
      const list = pages();
      await probe.ask(`list name=${name} count=${list.length}`, new Uint8Array(list.buffer));
    }
    return await measure(probe, options);
  } finally {
    probe.close();
  }
}

async function measure(probe: Probe, options: CalibrationOptions): Promise<Calibration> {
  const host = hostOf(await probe.ask('host'));
  const skipped = new Map<string, string>();
  const commands = commandsOf(options).filter((command) => {
    const why = whyNot(command, host, options.quick);
    if (why !== undefined) skipped.set(command.text, why);
    return why === undefined;
  });
  const hostFirstTouchNs = await prepareMemory(probe, commands);
  const observations = new Observations();
  const rounds = options.quick ? QUICK_ROUNDS : ROUNDS;
  const references: number[] = [];
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const command of shuffled(commands, round)) {
      options.onProgress?.(done++, rounds * commands.length, command.text);
      const reply = await probe.ask(command.text);
      const why = unusable(reply);
      if (why === undefined) observations.add(command, reply);
      else skipped.set(command.text, why);
      if (command === REFERENCE) references.push(summarize(reply.fork as number[]).value);
    }
  }
  const costs = hostCosts(observations, host);
  return {
    host,
    date: new Date().toISOString().slice(0, 10),
    rounds,
    drift: driftOf(references),
    hostFirstTouchNs,
    costs,
    skipped: [...skipped].map(([command, why]) => ({ command, why })),
    check: options.check ? checkAll(checkPlans(), costs, observations) : undefined,
    observations,
  };
}

/** Each command once, however many need it. */
function commandsOf({ check }: CalibrationOptions): Command[] {
  const all = [
    REFERENCE,
    MAJOR.command,
    ...FIGURE_NAMES.map((name) => FIGURES[name].command),
    ...PHASE_NAMES.flatMap((name) => PHASES[name].sizes.map((n) => PHASES[name].command(n))),
    ...(check ? checkPlans().map(({ command }) => command) : []),
  ];
  return [...new Map(all.map((command) => [command.text, command])).values()].map((command) =>
    command.text === REFERENCE.text ? REFERENCE : command,
  );
}

function whyNot({ text, peakPages }: Command, host: Host, quick: boolean): string | undefined {
  if (/layout=huge|kind=thp/.test(text) && host.thp === 'never')
    return 'transparent huge pages are switched off';
  if (peakPages > host.availablePages * USABLE) return 'not enough free memory';
  if (quick && peakPages > QUICK_PAGES * 2) return 'left out by --quick';
  return undefined;
}

/** Touches as much memory as will be used. Returns ns that the first touch of a page cost more than the second. */
async function prepareMemory(probe: Probe, commands: readonly Command[]): Promise<number> {
  const most = Math.max(1, ...commands.map(({ peakPages }) => peakPages));
  const { touch: first } = await probe.ask(`touch pages=${most}`);
  const { touch: again } = await probe.ask(`touch pages=${most}`);
  return Math.max(0, Number(first) - Number(again));
}

/** Why a reply is no measurement of what was asked for. */
function unusable(reply: Reply): string | undefined {
  if (typeof reply.skipped === 'string') return reply.skipped;
  const faults = reply.faults as number[] | undefined;
  const odd = faults?.find((each) => each < 0.9 || each > 1.2);
  return odd === undefined ? undefined : `${odd} faults an access where one was expected`;
}

function driftOf(references: readonly number[]): number {
  if (references.length === 0)
    throw new InputError('there is not enough memory to measure anything', { remedy: 'free some memory' });
  return (Math.max(...references) - Math.min(...references)) / summarize(references).median;
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const rng = new Rng(seed);
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
