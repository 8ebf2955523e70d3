import { vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';

export interface ProgramRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process and returns what it printed. */
export async function pagewalk(...args: string[]): Promise<ProgramRun> {
  const printed = { stdout: '', stderr: '' };
  const capture = (stream: 'stdout' | 'stderr') =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += text.toString();
      return true;
    });
  // yargs prints its help with console.log, which vitest keeps from process.stdout.
  const spies = [
    capture('stdout'),
    capture('stderr'),
    vi.spyOn(console, 'log').mockImplementation((text) => {
      printed.stdout += `${text}\n`;
    }),
  ];
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    return { exitCode: await runProgram(args), ...printed };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
