import { describe, expect, it } from 'vitest';
import { KERNEL_BUGS } from '../../../src/lab/kernel-bugs.ts';
import { FIND_THE_BUG } from '../../../src/lab/labs/find-the-bug.ts';
import { ScenarioRun } from '../../../src/sim/scenario/execute.ts';
import { parseScenario } from '../../../src/sim/scenario/parse.ts';
import { MUTANTS } from '../../mutants/list.ts';
import { variantsOf } from '../seeds.ts';

interface Printed {
  readonly line: number;
  readonly operation: string;
  readonly result: string;
  readonly frames: number;
}

function printedLog(page: string): Printed[] {
  return [...page.matchAll(/│ +(\d+) │ (\d .+?) +│ (\S+) +│ +(\d+) │/g)].map(
    ([, line, operation, result, frames]) => ({
      line: Number(line),
      operation: operation!,
      result: result!,
      frames: Number(frames),
    }),
  );
}

/** The same program on the kernel layer, which has no bugs: results and frames in use, line by line. */
function rightLog(log: readonly Printed[]): { result: string; frames: number }[] {
  const text = ['1 mmap A 2 prot=rw flags=private,anon'];
  for (const { operation } of log) {
    const [pid, verb] = operation.split(' ');
    const numbers = [...operation.matchAll(/\d+/g)].map(Number);
    if (verb === 'writes') text.push(`${pid} w A+${numbers[2]}p ${numbers[1]}`);
    else if (verb === 'read(2)s') text.push(`${pid} kw A+${numbers[3]}p ${numbers[2]}`);
    else if (verb === 'reads') text.push(`${pid} r A+${numbers[1]}p`);
    else if (verb === 'forks') text.push(`${pid} fork ${numbers[1]}`);
    else text.push(`${pid} exit`);
    text.push('- frames');
  }
  const answers = [...new ScenarioRun(parseScenario('log', text.join('\n'))).answers()].slice(1);
  return log.map((_line, i) => {
    const answer = answers[2 * i]!;
    const pictures = answers[2 * i + 1]!.frames as Record<string, { A: string[] }>;
    const frames = new Set(
      Object.values(pictures).flatMap(({ A }) =>
        A.filter((one) => one !== '.').map((one) => one.replace(/[xh]/g, '')),
      ),
    );
    const result =
      answer.op === 'r' ? String(answer.val) : 'act' in answer ? String(answer.act).replace(/-.*/, '') : '-';
    return { result, frames: frames.size };
  });
}

describe('the key of find-the-bug', () => {
  it('names the first line in which the printed log differs from the kernel layer, and what that has there', () => {
    for (const [seed, variant] of variantsOf(FIND_THE_BUG)) {
      const log = printedLog(FIND_THE_BUG.statement(variant));
      const right = rightLog(log);
      const at = log.findIndex(
        (line, i) => line.result !== right[i]!.result || line.frames !== right[i]!.frames,
      );
      const { q1, q2 } = FIND_THE_BUG.key(variant);
      expect({ seed, q1, q2 }).toEqual({
        seed,
        q1: String(log[at]!.line),
        q2: [right[at]!.result, String(right[at]!.frames)],
      });
    }
  });

  it('asks for bugs that the catalogue of injected bugs has as well, in the kernel layer or its MMU', () => {
    const injected = MUTANTS.flatMap(({ exercise }) => exercise ?? []);
    expect(injected.sort()).toEqual(KERNEL_BUGS.map(({ id }) => id).sort());
  });

  it('is each of the bugs in some variant', () => {
    const asked = new Set([...variantsOf(FIND_THE_BUG)].map(([, { bug }]) => bug.id));
    expect([...asked].sort()).toEqual(KERNEL_BUGS.map(({ id }) => id).sort());
  });
});
