import { beforeAll, describe, expect, it } from 'vitest';
import { move } from '../../src/cli/step.ts';
import { momentText, recordingText } from '../../src/report/step.ts';
import { loadMachine } from '../../src/sim/machine/load.ts';
import { type Recording, recordScenario } from '../../src/sim/replay/index.ts';

const SCENARIO = '1 mmap A 1 prot=rw flags=private,anon\n1 w A 7\n1 fork 2\n2 w A 8\n1 r A\n';
let recording: Recording;
beforeAll(async () => {
  recording = recordScenario('cow.scn', SCENARIO, (await loadMachine('lab-tiny')).machine);
  while (recording.record());
});

describe('stepping through a scenario in the terminal', () => {
  it('shows the same moment whichever way one came to it', () => {
    const forwards = recording.cursor();
    const seen: string[] = [momentText(recording, forwards, 't')];
    while (forwards.position < recording.length) {
      move(recording, forwards, 'right');
      seen.push(momentText(recording, forwards, 't'));
    }
    expect(new Set(seen).size).toBe(seen.length);
    const backwards: string[] = [seen.at(-1)!];
    while (forwards.position > 1) {
      move(recording, forwards, 'left');
      backwards.unshift(momentText(recording, forwards, 't'));
    }
    expect(backwards).toEqual(seen);
  });

  it('goes line by line, and stays where it is at either end and at an unknown key', () => {
    const cursor = recording.cursor();
    move(recording, cursor, 'left');
    expect(cursor.position).toBe(1);
    const lines: (number | undefined)[] = [];
    for (let i = 0; i < 5; i++) {
      move(recording, cursor, 'n');
      lines.push(recording.operations[recording.steps[cursor.position - 1]!.operation]?.line);
    }
    expect(lines).toEqual([1, 2, 3, 4, 5]);
    move(recording, cursor, 'p');
    expect(momentText(recording, cursor, 't')).toContain('line 4: 2 w A 8');
    move(recording, cursor, 'end');
    move(recording, cursor, 'right');
    move(recording, cursor, 'x');
    expect(cursor.position).toBe(recording.length);
  });

  it('shows a COW break: one frame mapped twice before, two frames mapped once after', () => {
    const cursor = recording.cursor();
    const mapped = () =>
      [...momentText(recording, cursor, 't').matchAll(/^ +0x\w+ +anon +(\d)/gm)].map(([, count]) =>
        Number(count),
      );
    const sharers = () =>
      [...momentText(recording, cursor, 't').matchAll(/^ +0x\w+ +anon .*? {2}(\d A.*)$/gm)].map(
        ([, who]) => who,
      );
    for (let i = 0; i < 4; i++) move(recording, cursor, 'n');
    expect(mapped()).toEqual([2]);
    expect(sharers()).toEqual(['1 A+0p, 2 A+0p']);
    move(recording, cursor, 'n');
    expect(mapped()).toEqual([1, 1]);
    // The one who wrote has a frame of its own; nobody gave W back to the other.
    expect(sharers()).toEqual(['1 A+0p', '2 A+0p W']);
  });

  it('prints every line with its answer where there is no terminal', () => {
    const text = recordingText(recording);
    for (const words of ['line 4: 2 w A 8', 'the page was copied', 'line 5: 1 r A', 'the value is 7'])
      expect(text).toContain(words);
  });
});
