import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Recording } from '../../src/sim/replay/recording.ts';
import { GRAINS, Player } from '../../web/model/player.ts';
import { machineNamed, recorded, scenarioText } from '../sim/replay/tapes.ts';

let recording: Recording;
beforeAll(async () => {
  recording = recorded(scenarioText('private-anon-fork'), await machineNamed('lab-tiny'));
});

describe('moving', () => {
  test('by lines stops at the end of every line, both ways', () => {
    const ends = recording.operations.map(({ lastStep }) => lastStep + 1);
    const player = new Player(recording);
    const forth: number[] = [];
    while (player.move('line', 1)) forth.push(player.position);
    expect(forth).toEqual(ends);
    const back: number[] = [];
    while (player.move('line', -1)) back.push(player.position);
    expect(back).toEqual([...ends.slice(0, -1).reverse(), 1]);
  });

  test('by accesses stops where an access or a line ends', () => {
    const ends = new Set([
      ...recording.accesses.map(({ lastStep }) => lastStep + 1),
      ...recording.operations.map(({ lastStep }) => lastStep + 1),
    ]);
    const player = new Player(recording);
    const stops: number[] = [];
    while (player.move('access', 1)) stops.push(player.position);
    expect(stops).toEqual([...ends].sort((a, b) => a - b));
  });

  test('by cycles passes through every cycle once', () => {
    const player = new Player(recording);
    for (let cycle = 0; cycle < recording.totalCycles; cycle++) {
      expect(player.cycle).toBe(cycle);
      player.move('cycle', 1);
    }
    expect(player.cycle).toBe(recording.totalCycles);
    for (let cycle = recording.totalCycles; cycle > 0; cycle--) {
      player.move('cycle', -1);
      expect(player.cycle).toBe(cycle - 1);
    }
  });

  test('any way, never leaves the recording, and a place leads back to where it was taken', () => {
    const moves = fc.array(fc.tuple(fc.constantFrom(...GRAINS), fc.constantFrom(1, -1)), { maxLength: 60 });
    fc.assert(
      fc.property(moves, fc.nat(400), (steps, start) => {
        const player = new Player(recording);
        player.seek(start);
        for (const [grain, direction] of steps) {
          player.move(grain, direction as 1 | -1);
          expect(player.position).toBeGreaterThanOrEqual(1);
          expect(player.position).toBeLessThanOrEqual(recording.length);
        }
        const other = new Player(recording);
        other.seekPlace(player.place);
        expect(other.position).toBe(player.position);
      }),
      { numRuns: 50 },
    );
  });
});
