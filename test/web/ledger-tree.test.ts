import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LedgerPart, ledgerTree } from '../../web/result/ledger-tree.ts';

describe('the ledger as a tree', () => {
  test('groups lines by the words of their names, largest first; a word alone in its group is joined to it', () => {
    const tree = ledgerTree({
      issue: 10,
      'walk.L1.DRAM': 30,
      'walk.L1.L1D': 5,
      'walk.L2.DRAM': 40,
      'walk.queue': 0,
    });
    expect(tree.cycles).toBe(85);
    expect(tree.parts.map(({ word, cycles }) => [word, cycles])).toEqual([
      ['walk', 75],
      ['issue', 10],
    ]);
    expect(tree.parts[0]!.parts.map(({ word, name, cycles }) => [word, name, cycles])).toEqual([
      ['L2.DRAM', 'walk.L2.DRAM', 40],
      ['L1', 'walk.L1', 35],
    ]);
  });

  test('has every cycle once: each part is the sum of its parts, the leaves are the lines', () => {
    const words = fc.constantFrom('a', 'b', 'c');
    const names = fc.uniqueArray(
      fc.tuple(words, words, words).map((all) => all.join('.')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.integer({ min: 1, max: 999 })), (lines, counts) => {
        const ledger = Object.fromEntries(lines.map((name) => [name, counts.next().value]));
        const leaves: Record<string, number> = {};
        const visit = (part: LedgerPart): void => {
          if (part.parts.length === 0) leaves[part.name] = part.cycles;
          else expect(part.parts.reduce((sum, { cycles }) => sum + cycles, 0)).toBe(part.cycles);
          part.parts.forEach(visit);
        };
        visit(ledgerTree(ledger));
        expect(leaves).toEqual(ledger);
      }),
    );
  });
});
