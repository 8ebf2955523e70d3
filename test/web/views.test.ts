import { beforeAll, describe, expect, test } from 'vitest';
import type { Machine } from '../../src/sim/machine/machine.ts';
import { PageTableReader } from '../../src/sim/replay/page-tables.ts';
import type { Recording } from '../../src/sim/replay/recording.ts';
import { CARD_HEIGHT, layOut } from '../../web/model/layout.ts';
import { sizeWords, viewMemory } from '../../web/model/memory-view.ts';
import { Player } from '../../web/model/player.ts';
import { accessAt, viewAccess } from '../../web/model/walk-view.ts';
import { machineNamed, recorded, SCENARIOS, scenarioText } from '../sim/replay/tapes.ts';

let tiny: Machine;
beforeAll(async () => {
  tiny = await machineNamed('lab-tiny');
});

/** The memory view after each line of a recording. */
function* afterEachLine(recording: Recording) {
  const reader = new PageTableReader(recording.mode);
  const player = new Player(recording);
  for (const [line, operation] of recording.operations.entries()) {
    player.seekOperation(line);
    yield { operation, view: viewMemory(recording, reader, player.cursor.state, undefined) };
  }
}

describe('processes and frames', () => {
  test.each(SCENARIOS)('%s: each small VMA shows what the pagemap of its line says', (name) => {
    const recording = recorded(scenarioText(name), tiny);
    for (const { operation, view } of afterEachLine(recording)) {
      if (typeof operation.answer.frames !== 'object') continue;
      const regions = operation.answer.frames as Record<string, Record<string, string[]>>;
      for (const { process, vmas } of view.processes)
        for (const { vma, rows } of vmas) {
          if (vma.end - vma.start > 16) continue;
          for (const row of rows) {
            const page = regions[process.pid]?.[recording.names.region(row.vpn)];
            const [, index] = /\+(\d+)p/.exec(row.name)!;
            expect(row.kind === 'empty' || row.kind === 'swap').toBe(page?.[Number(index)] === '.');
          }
        }
    }
  });

  test('after fork two processes share each frame, and a card says so', () => {
    const recording = recorded(scenarioText('private-anon-fork'), tiny);
    const [, , fork] = [...afterEachLine(recording)];
    expect(fork!.view.frames.map(({ frame, sharers }) => [frame.references, sharers])).toEqual(
      Array(4).fill([
        2,
        [
          { pid: 1, pages: 1 },
          { pid: 2, pages: 1 },
        ],
      ]),
    );
  });

  test.each(SCENARIOS)('%s: no two cards lie over each other', (name) => {
    for (const { view } of afterEachLine(recorded(scenarioText(name), tiny))) {
      const { cardAt, height } = layOut(view);
      const tops = [...cardAt.values()].sort((a, b) => a - b);
      for (const [i, top] of tops.entries()) {
        if (i > 0) expect(top).toBeGreaterThanOrEqual(tops[i - 1]! + CARD_HEIGHT);
        expect(top + CARD_HEIGHT).toBeLessThanOrEqual(height);
      }
    }
  });

  test('sizes are told in the unit that suits them', () => {
    expect([1, 4, 1023, 1024, 262144, 2 ** 35].map(sizeWords)).toEqual([
      '1 page',
      '4 pages',
      '1023 pages',
      '4 MiB',
      '1 GiB',
      '128 TiB',
    ]);
  });
});

describe('the walk of an access', () => {
  test('has read what the walker read, and says which levels the walk caches made needless', () => {
    const recording = recorded(scenarioText('private-anon-fork'), tiny);
    // Line 5 writes four pages: the first fault makes the tables, the second page is found from the walk caches.
    const second = recording.accesses[1]!;
    const { levels, lookups, pfn } = viewAccess(recording, 1, second.lastStep + 1);
    expect(lookups).toEqual([
      { name: 'DTLB', hit: false },
      { name: 'STLB', hit: false },
    ]);
    expect(levels.map(({ name, status }) => [name, status])).toEqual([
      ['PML4', 'known'],
      ['PDPT', 'known'],
      ['PD', 'known'],
      ['PT', 'read'],
    ]);
    const { fields, index } = levels[3]!;
    expect(index).toBe(1);
    expect(fields!.find(({ name }) => name === 'PFN')!.value).toBe(BigInt(pfn!));
    expect(fields!.find(({ name }) => name === 'R/W')!.value).toBe(1n);
  });

  test('at the end of a line is that of its last access; a line without one has none', () => {
    const recording = recorded(scenarioText('private-anon-fork'), tiny);
    const [mmap, writes] = recording.operations;
    expect(accessAt(recording, mmap!.lastStep + 1)).toBe(-1);
    expect(accessAt(recording, writes!.lastStep + 1)).toBe(3);
  });
});
