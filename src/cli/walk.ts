import type { CommandModule } from 'yargs';
import { FETCH, LOAD, STORE, SUPERVISOR, USER } from '../core/access.ts';
import { splitAddress } from '../core/addr.ts';
import { InputError, nearest } from '../core/errors.ts';
import { X86_64 } from '../mmu/mode/x86-64.ts';
import { walkText } from '../report/walk.ts';
import { explainAfterScenario, explainFirstTouch } from '../sim/explain-story.ts';
import { loadMachine } from '../sim/machine/load.ts';
import { parseScenario } from '../sim/scenario/parse.ts';
import { RegionPlan } from '../sim/scenario/regions.ts';
import type { Scenario } from '../sim/scenario/script.ts';
import { readText } from './lab/files.ts';
import { MACHINE_OPTION, SET_OPTION } from './machine-options.ts';
import { print } from './output.ts';

interface WalkArguments {
  address: string;
  machine: string;
  set: string[] | undefined;
  scenario: string | undefined;
  pid: number | undefined;
  until: number | undefined;
  write: boolean | undefined;
  fetch: boolean | undefined;
  supervisor: boolean | undefined;
  json: boolean | undefined;
}

/** `pagewalk walk ADDRESS`: one translation explained, step by step, in the terminal. */
export const walkCommand: CommandModule<object, WalkArguments> = {
  command: 'walk <address>',
  describe: 'one translation explained: address split, each PTE read, each check',
  builder: (yargs) =>
    yargs
      .positional('address', {
        type: 'string',
        demandOption: true,
        describe: 'a virtual address (0x...); with --scenario also NAME+3p+17',
      })
      .option('machine', MACHINE_OPTION)
      .option('set', SET_OPTION)
      .option('scenario', {
        type: 'string',
        requiresArg: true,
        describe: 'run this scenario first, and walk the tables it leaves',
      })
      .option('pid', { type: 'number', requiresArg: true, describe: 'whose address space, 1 by default' })
      .option('until', {
        type: 'number',
        requiresArg: true,
        describe: 'run the scenario only up to this line',
      })
      .option('write', { type: 'boolean', describe: 'a store, not a load' })
      .option('fetch', { type: 'boolean', describe: 'an instruction fetch, not a load' })
      .option('supervisor', { type: 'boolean', describe: 'by the kernel, not by user code' })
      .option('json', { type: 'boolean', describe: 'print JSON' })
      .conflicts('write', 'fetch')
      .implies('pid', 'scenario')
      .implies('until', 'scenario')
      .example('$0 walk 0x7f0012345678 --machine skylake', 'a first touch, mapped on demand')
      .example(
        '$0 walk A+1p --scenario traces/scenarios/private-anon-fork.scn --pid 2 --write',
        'a COW break',
      ),
  handler: async (options) => {
    const { machine } = await loadMachine(options.machine, options.set ?? []);
    const scenario =
      options.scenario === undefined
        ? null
        : upTo(
            parseScenario(options.scenario, await readText(options.scenario, 'a scenario')),
            options.until,
          );
    const access = {
      ...placeOf(options.address, scenario),
      access: options.write ? STORE : options.fetch ? FETCH : LOAD,
      privilege: options.supervisor ? SUPERVISOR : USER,
    } as const;
    if (scenario !== null && machine.paging.mode !== 'x86-64')
      throw new InputError(`scenarios run on x86-64, and ${machine.name} pages as ${machine.paging.mode}`, {
        remedy: 'choose an x86-64 machine: pagewalk machines',
      });
    const story =
      scenario === null
        ? explainFirstTouch(machine, access)
        : explainAfterScenario(machine, scenario, options.pid ?? 1, access);
    await print(options.json ? `${JSON.stringify(story, asText, 2)}\n` : walkText(story));
  },
};

function upTo(scenario: Scenario, line: number | undefined): Scenario {
  if (line === undefined) return scenario;
  return { ...scenario, operations: scenario.operations.filter((operation) => operation.line <= line) };
}

/** The page and offset that an argument names. */
function placeOf(text: string, scenario: Scenario | null): { vpn: number; offset: number } {
  if (/^(?:0x[0-9a-f]+|\d+)$/i.test(text)) {
    const va = BigInt(text);
    if (va < 2n ** 64n) return splitAddress(va);
    throw new InputError(`${text} is more than 64 bits`, { remedy: 'give at most 16 hex digits' });
  }
  const named = /^([A-Za-z_]\w*)(?:\+(\d+)p)?(?:\+(\d+))?$/.exec(text);
  if (!named || scenario === null)
    throw new InputError(`'${text}' is not an address`, {
      remedy: scenario === null ? 'write it in hex, for example 0x7f0012345678' : 'write 0x... or NAME+3p+17',
    });
  const [, name, pages, bytes] = named;
  const region = scenario.regions.indexOf(name!);
  if (region < 0) {
    const guess = nearest(name!, scenario.regions);
    throw new InputError(`the scenario names no region '${name}'`, {
      place: scenario.path,
      remedy: guess ? `did you mean '${guess}'?` : `its regions are ${scenario.regions.join(', ')}`,
    });
  }
  const offset = Number(bytes ?? 0);
  const page = Number(pages ?? 0) + Math.floor(offset / 4096);
  return { vpn: new RegionPlan(X86_64).vpn(region, page), offset: offset % 4096 };
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
}
