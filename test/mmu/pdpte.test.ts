import { describe, expect, it } from 'vitest';
import { modeNamed } from '../../src/mmu/mode/index.ts';
import { pdpteLoadFault } from '../../src/mmu/pdpte.ts';
import { rulesFor } from '../../src/mmu/rules/index.ts';
import { X86 } from './controls.ts';
import { memoryOf } from './rig.ts';

const RULES = rulesFor(modeNamed('pae'), X86);
/** The four PDPTEs at 0x1020, which is aligned to 32 bytes; a word before and one after are none of them. */
const load = (words: bigint[]) =>
  pdpteLoadFault(
    RULES,
    memoryOf(
      words.map((word, i) => [0x1018n + 8n * BigInt(i), word]),
      8,
    ),
    1,
    8,
  );

/** P, a table at 0x2000; bits 1, 2, 5 to 8 and 63 down to MAXPHYADDR are reserved (SDM vol. 3A, "PDPTE registers"). */
const GOOD = 0x2001n;

describe('loading CR3 in PAE mode', () => {
  it('is allowed when no PDPTE that is present has a reserved bit', () => {
    expect(load([GOOD | 2n, GOOD, 0n, GOOD, GOOD, GOOD | 2n])).toBeNull();
    // Not present: the other bits mean nothing.
    expect(load([0n, 0x1e6n, GOOD, GOOD, GOOD, 0n])).toBeNull();
  });

  it.each([0, 1, 2, 3])('is a general-protection fault when PDPTE %i has one, in either half', (index) => {
    for (const bit of [1n << 1n, 1n << 5n, 1n << 52n, 1n << 63n]) {
      const words = [0n, GOOD, GOOD, GOOD, GOOD, 0n];
      words[1 + index]! |= bit;
      expect(load(words)).toMatchObject({ vector: 13, code: 0, reason: 'reserved-bit', level: 3 });
    }
  });
});
