import { basename } from 'node:path';
import { emitKeypressEvents } from 'node:readline';
import type { CommandModule } from 'yargs';
import { momentText, recordingText } from '../report/step.ts';
import { loadMachine } from '../sim/machine/load.ts';
import { type Cursor, type Recording, recordScenario } from '../sim/replay/index.ts';
import { readText } from './lab/files.ts';
import { MACHINE_OPTION } from './machine-options.ts';
import { print } from './output.ts';

interface StepArguments {
  file: string;
  machine: string;
  all: boolean | undefined;
}

const KEYS = 'Enter or right: next step   left: back   n / p: next / previous line   q: quit';
const CLEAR = '\u001b[H\u001b[2J';

/**
 * `pagewalk scenario step FILE`: the page of `pagewalk view` in the terminal, forwards and backwards by step or by line;
 * everything from top to bottom where there is no terminal.
 */
export const stepCommand: CommandModule<object, StepArguments> = {
  command: 'step <file>',
  describe: 'go through a scenario step by step, forwards and backwards',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'a scenario' })
      .option('machine', { ...MACHINE_OPTION, default: 'lab-tiny' })
      .option('all', { type: 'boolean', describe: 'print every step and stop' }),
  handler: async ({ file, machine: name, all }) => {
    const text = await readText(file, 'a scenario');
    const { machine } = await loadMachine(name, []);
    const recording = recordScenario(file, text, machine);
    while (recording.record());
    if (!all && process.stdin.isTTY && process.stdout.isTTY) return browse(recording, basename(file));
    await print(recordingText(recording));
  },
};

/** Shows one moment after another, as the keys say; resolves when the reader quits. */
function browse(recording: Recording, title: string): Promise<void> {
  const cursor = recording.cursor();
  const show = () => process.stdout.write(`${CLEAR}${momentText(recording, cursor, title)}\n${KEYS}\n`);
  return new Promise((resolve) => {
    const { stdin } = process;
    emitKeypressEvents(stdin);
    stdin.setRawMode(true);
    const onKey = (_text: string, key: { name?: string; ctrl?: boolean }) => {
      if (key.name === 'q' || (key.ctrl && (key.name === 'c' || key.name === 'd'))) {
        stdin.setRawMode(false);
        stdin.off('keypress', onKey);
        stdin.pause();
        resolve();
        return;
      }
      move(recording, cursor, key.name ?? '');
      show();
    };
    stdin.on('keypress', onKey);
    stdin.resume();
    show();
  });
}

/** Moves a cursor as a key says; other keys leave it where it is. */
export function move(recording: Recording, cursor: Cursor, key: string): void {
  const { length, steps, operations } = recording;
  const operation = steps[cursor.position - 1]!.operation;
  const target: Record<string, number | undefined> = {
    return: cursor.position + 1,
    right: cursor.position + 1,
    space: cursor.position + 1,
    left: cursor.position - 1,
    backspace: cursor.position - 1,
    n: operations[operation + 1] ? operations[operation + 1]!.firstStep + 1 : length,
    p: operation > 0 ? operations[operation - 1]!.firstStep + 1 : 1,
    home: 1,
    end: length,
  };
  cursor.seek(Math.max(1, Math.min(length, target[key] ?? cursor.position)));
}
