import Table from 'cli-table3';
import type { CommandModule } from 'yargs';
import { type ExplainedConstant, explainMachine } from '../sim/machine/explain.ts';
import { loadMachine } from '../sim/machine/load.ts';
import { presetNames } from '../sim/machine/preset-files.ts';
import { readMachine } from '../sim/machine/read.ts';
import { print } from './output.ts';
import { NO_BORDERS } from './plain-table.ts';

interface MachinesArguments {
  explain: string | undefined;
  set: string[] | undefined;
  json: boolean | undefined;
}

/** `pagewalk machines`: what presets there are; with `--explain`, every constant of one and what it rests on. */
export const machinesCommand: CommandModule<object, MachinesArguments> = {
  command: 'machines',
  describe: 'list the machine presets, or explain where each number of one comes from',
  builder: (yargs) =>
    yargs
      .option('explain', {
        type: 'string',
        requiresArg: true,
        describe: 'print every constant of this preset or machine file, with source and confidence',
      })
      .option('set', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'change a constant first: key=value',
      })
      .option('json', { type: 'boolean', describe: 'print JSON' })
      .implies('set', 'explain')
      .example('$0 machines --explain skylake', 'where each number of a preset comes from')
      .example('$0 machines --explain my.yaml --set tlb.stlb.ways=8', 'the same for a file, changed'),
  handler: async ({ explain, set, json }) => {
    if (explain === undefined) await listPresets(json ?? false);
    else await explainOne(explain, set ?? [], json ?? false);
  },
};

async function listPresets(json: boolean): Promise<void> {
  const machines = await Promise.all(presetNames().map(async (name) => (await loadMachine(name)).machine));
  const rows = machines.map(({ name, description, paging }) => ({ name, mode: paging.mode, description }));
  if (json) return print(`${JSON.stringify(rows, null, 2)}\n`);
  const table = plainTable(['machine', 'mode', 'what it is']);
  table.push(...rows.map((row) => [row.name, row.mode, row.description]));
  await print(
    `${trimmed(table)}\n\npagewalk machines --explain NAME   prints where each number comes from\n`,
  );
}

async function explainOne(nameOrFile: string, settings: readonly string[], json: boolean): Promise<void> {
  const { machine, tree } = await readMachine(nameOrFile, settings);
  const constants = explainMachine(machine, tree);
  if (json) {
    const { name, description } = machine;
    return print(`${JSON.stringify({ name, description, constants }, null, 2)}\n`);
  }
  const table = plainTable(['constant', 'value', 'confidence', 'source']);
  table.push(...constants.map((one) => [one.key, shown(one.value), one.confidence, one.source]));
  await print(`${machine.name}: ${machine.description}\n\n${trimmed(table)}\n\n${summaryOf(constants)}\n`);
}

/** How well founded the machine is, in one line: constants by confidence. */
function summaryOf(constants: readonly ExplainedConstant[]): string {
  const counts = new Map<string, number>();
  for (const { confidence } of constants) counts.set(confidence, (counts.get(confidence) ?? 0) + 1);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([word, count]) => `${count} ${word}`);
  return `${constants.length} constants: ${parts.join(', ')}   (docs/machines.md explains the words)`;
}

function shown(value: ExplainedConstant['value']): string {
  if (value === null) return 'none';
  return Array.isArray(value) ? value.join(' ') : String(value);
}

/** Columns and nothing else, so that the lines can be searched and cut. */
function plainTable(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: NO_BORDERS,
  });
}

function trimmed(table: Table.Table): string {
  return table.toString().replace(/ +$/gm, '');
}
