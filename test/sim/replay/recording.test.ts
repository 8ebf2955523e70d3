import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { PG_TABLE } from '../../../src/kernel/frame/frames.ts';
import type { Machine } from '../../../src/sim/machine/machine.ts';
import { costsFor } from '../../../src/sim/replay/costs.ts';
import type { Cursor } from '../../../src/sim/replay/cursor.ts';
import { machineForReplay, RecordingMachine } from '../../../src/sim/replay/machine.ts';
import { ScenarioRun } from '../../../src/sim/scenario/execute.ts';
import { parseScenario } from '../../../src/sim/scenario/parse.ts';
import { machineNamed, recorded, SCENARIOS, scenarioText } from './tapes.ts';

let tiny: Machine;
beforeAll(async () => {
  tiny = await machineNamed('lab-tiny');
});

/** Everything that a state holds, in a form that can be compared. */
function contents({ state }: Cursor): unknown {
  const words: [number, number, number][] = [];
  for (let pfn = 0; pfn < state.frames.length / 8; pfn++)
    for (let word = 0; word < 1024; word++)
      if (state.memory.has(pfn) && state.memory.read(pfn, word) !== 0)
        words.push([pfn, word, state.memory.read(pfn, word)]);
  return {
    words,
    frames: [...state.frames.entries()].filter(([, value]) => value !== 0),
    tlbs: state.tlbs.map((tlb) => [...tlb]),
    pscs: state.pscs.map((psc) => [...psc]),
    holders: [...state.holders].sort(([a], [b]) => a - b),
    processes: [...state.processes].sort(([a], [b]) => a - b),
    spaces: [...state.spaces].sort(([a], [b]) => a - b),
  };
}

describe('a recorded scenario', () => {
  test.each(SCENARIOS)('%s: gives the answers that it gives without a tape', (name) => {
    const text = scenarioText(name);
    const plain = [...new ScenarioRun(parseScenario('test.scn', text)).answers()];
    const recording = recorded(text, tiny);
    expect(recording.operations.map(({ answer }) => answer)).toEqual(plain);
  });

  test.each(SCENARIOS.filter((_, i) => i % 4 === 0))(
    '%s: on Sv39, where the kernel sets A and D, answers the same but for the faults that this takes',
    async (name) => {
      const text = scenarioText(name);
      const plain = [...new ScenarioRun(parseScenario('test.scn', text)).answers()];
      const recording = recorded(text, await machineNamed('sv39-inorder'));
      for (const [i, { answer }] of recording.operations.entries()) {
        const { minflt, act, ...rest } = answer;
        const { minflt: plainFaults, act: plainAct, ...plainRest } = plain[i]!;
        expect(rest).toEqual(plainRest);
        if (act !== plainAct) expect([plainAct, act]).toEqual(['hit', 'reuse']);
        expect(Number(minflt ?? 0)).toBeGreaterThanOrEqual(Number(plainFaults ?? 0));
      }
    },
  );

  test.each(['private-anon-fork', 'fork-of-fork', 'thp-fork-reuse', 'mremap-move'])(
    '%s: every cycle of every step is in one ledger line, and the lines add up to the clock',
    (name) => {
      const recorder = new RecordingMachine(machineForReplay(tiny), costsFor(tiny), true);
      const scenario = parseScenario('test.scn', scenarioText(name));
      const run = recorder.setup(() => new ScenarioRun(scenario, recorder));
      for (const operation of scenario.operations) {
        const { line, text, pid } = operation;
        recorder.beginOperation({ line, text, pid, sentence: '' });
        recorder.endOperation(run.step(operation));
      }
      const total = recorder.finish();
      const lines: Record<string, number> = {};
      const names = recorder.ledger.names();
      for (const { charges } of recorder.tape.steps)
        for (const { cause, cycles } of charges)
          if (cycles > 0) lines[names[cause]!] = (lines[names[cause]!] ?? 0) + cycles;
      expect(lines).toEqual(recorder.ledger.lines());
      expect(Object.values(lines).reduce((sum, cycles) => sum + cycles, 0)).toBe(total);
    },
  );

  test.each(['fork-of-fork', 'thp-partial-munmap', 'thp-collapse', 'mremap-move', 'xv6-simple'])(
    '%s: after every line the tape has each word of each page table as the kernel has it',
    (name) => {
      const recorder = new RecordingMachine(machineForReplay(tiny), costsFor(tiny), true);
      const scenario = parseScenario('test.scn', scenarioText(name));
      const run = recorder.setup(() => new ScenarioRun(scenario, recorder));
      const { frames, memory } = recorder.kernel.state;
      for (const operation of scenario.operations) {
        const { line, text, pid } = operation;
        recorder.beginOperation({ line, text, pid, sentence: '' });
        recorder.endOperation(run.step(operation));
        for (let pfn = 0; pfn < frames.flags.length; pfn++) {
          if (!frames.has(pfn, PG_TABLE) || frames.refcount[pfn] === 0) continue;
          for (let word = 0; word < 1024; word++)
            if (recorder.tape.head.memory.read(pfn, word) !== memory.read(pfn, word))
              expect.fail(`line ${line}: frame ${pfn}, word ${word}`);
        }
      }
    },
  );

  test('the ledger at a position, and part of the way to the next, sums to the cycle there', () => {
    const recording = recorded(scenarioText('cow-three-sharers'), tiny);
    const sum = (lines: Map<string, number>) => [...lines.values()].reduce((total, line) => total + line, 0);
    for (let position = 1; position <= recording.length; position++) {
      const at = recording.cycleAt(position);
      expect(sum(recording.ledgerAt(position))).toBe(at);
      const next = position < recording.length ? recording.cycleAt(position + 1) : at;
      for (const into of [0, Math.floor((next - at) / 2), next - at])
        expect(sum(recording.ledgerAt(position, into))).toBe(at + into);
    }
  });

  test('the position of a cycle is the last one that does not lie after it', () => {
    const recording = recorded(scenarioText('private-anon-fork'), tiny);
    for (let cycle = 0; cycle <= recording.totalCycles; cycle++) {
      const position = recording.positionAt(cycle);
      if (position > 1) expect(recording.cycleAt(position)).toBeLessThanOrEqual(cycle);
      if (position < recording.length) expect(recording.cycleAt(position + 1)).toBeGreaterThan(cycle);
    }
  });
});

describe('stepping', () => {
  test('backwards from the end passes through the states of the way there', () => {
    const recording = recorded(scenarioText('private-anon-fork'), tiny);
    const cursor = recording.cursor();
    const forwards: unknown[] = [];
    for (let position = 1; position <= recording.length; position++) {
      cursor.seek(position);
      forwards[position] = contents(cursor);
    }
    for (let position = recording.length; position >= 1; position--) {
      cursor.seek(position);
      expect(contents(cursor)).toEqual(forwards[position]);
    }
  });

  test('from anywhere to anywhere gives the state that a fresh reader finds there', () => {
    const recording = recorded(scenarioText('fork-of-fork'), tiny);
    const wanderer = recording.cursor();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: recording.length }), (position) => {
        wanderer.seek(position);
        const fresh = recording.cursor();
        fresh.seek(position);
        expect(contents(wanderer)).toEqual(contents(fresh));
      }),
      { numRuns: 60 },
    );
  });
});
