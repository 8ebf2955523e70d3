import { describe, expect, it } from 'vitest';
import { LOAD, STORE, USER } from '../../src/core/access.ts';
import { explainWalk } from '../../src/mmu/explain.ts';
import { modeNamed } from '../../src/mmu/mode/index.ts';
import { rulesFor } from '../../src/mmu/rules/index.ts';
import { RISCV, X86 } from './controls.ts';
import { memoryOf, walkerFor, wordsIn } from './rig.ts';

/**
 * 0x7f5012345678: PML4 index 254, PDPT 320, PD 145, PT 325 (0x7f5012345 = 254 << 27 | 320 << 18 | 145 << 9 | 325), in
 * tables 0x1000 .. 0x4000, eight bytes an entry.
 */
const VPN = 0x7f5012345;
const AT = [0x1000n + 254n * 8n, 0x2000n + 320n * 8n, 0x3000n + 145n * 8n, 0x4000n + 325n * 8n] as const;

describe('a walk told step by step', () => {
  it('says of each entry its level, index, address, word and fields, and ends with the frame', () => {
    const memory = memoryOf(
      [
        [AT[0], 0x2027n],
        [AT[1], 0x3027n],
        [AT[2], 0x4027n],
        [AT[3], 0x8000_0000_0008_0005n],
      ],
      8,
    );
    const walker = walkerFor(rulesFor(modeNamed('x86-64'), X86), memory);
    walker.root = 1;
    const walk = explainWalk(walker, VPN, 0x678, LOAD, USER);
    expect(walk.indexes).toEqual([
      [4, 254],
      [3, 320],
      [2, 145],
      [1, 325],
    ]);
    expect(walk.reads.map(({ level, index, address, word }) => [level, index, address, word])).toEqual([
      [4, 254, AT[0], 0x2027n],
      [3, 320, AT[1], 0x3027n],
      [2, 145, AT[2], 0x4027n],
      [1, 325, AT[3], 0x8000_0000_0008_0005n],
    ]);
    // PFN 0x80, U/S and P; XD is bit 63.
    expect(Object.fromEntries(walk.reads[3]!.fields)).toMatchObject({ XD: 1n, 'U/S': 1n, P: 1n });
    expect(walk.reads[3]!.fields.some(([, value]) => value === 0n)).toBe(false);
    expect(walk.outcome).toMatchObject({ pfn: 0x80, size: '4K' });
    expect([walk.mode, walk.vpn, walk.offset]).toEqual(['x86-64', VPN, 0x678]);
    // Nothing was touched: A is as it was.
    expect([...wordsIn(memory, [AT[3]], 8).values()]).toEqual([0x8000_0000_0008_0005n]);
  });

  it('ends where the walk ends: at a large leaf, at a fault, or before any entry', () => {
    const memory = memoryOf(
      [
        [AT[0], 0x2027n],
        [AT[1], 0x3027n],
        // PS: a 2 MiB leaf at frame 0x400.
        [AT[2], 0x4000a5n],
      ],
      8,
    );
    const walker = walkerFor(rulesFor(modeNamed('x86-64'), X86), memory);
    walker.root = 1;
    const leaf = explainWalk(walker, VPN, 0, LOAD, USER);
    expect(leaf.reads).toHaveLength(3);
    expect(leaf.outcome).toMatchObject({ pfn: 0x400 + 325, size: '2M' });
    const refused = explainWalk(walker, VPN, 0, STORE, USER);
    expect(refused.reads).toHaveLength(3);
    expect(refused.outcome).toMatchObject({ fault: { reason: 'not-writable', level: 2 } });
    const empty = explainWalk(walker, VPN + 2 ** 18, 0, LOAD, USER);
    expect(empty.reads.map(({ word }) => word)).toEqual([0x2027n, 0n]);
    expect(empty.outcome).toMatchObject({ fault: { reason: 'not-present', level: 3 } });
    const nowhere = explainWalk(walker, 2 ** 36, 0, LOAD, USER);
    expect(nowhere.reads).toEqual([]);
    expect(nowhere.outcome).toMatchObject({ fault: { reason: 'non-canonical' } });
  });

  it('counts entries of four bytes by fours', () => {
    // Sv32, 0x00c03000: index 3 of the root, a pointer to 0x2000, and 3 of the last table.
    const memory = memoryOf(
      [
        [0x100cn, 0x801n],
        [0x200cn, 0x200dfn],
      ],
      4,
    );
    const walker = walkerFor(rulesFor(modeNamed('sv32'), RISCV), memory);
    walker.root = 1;
    const walk = explainWalk(walker, 0xc03, 0, LOAD, USER);
    expect(walk.indexes).toEqual([
      [2, 3],
      [1, 3],
    ]);
    expect(walk.reads.map(({ index, address }) => [index, address])).toEqual([
      [3, 0x100cn],
      [3, 0x200cn],
    ]);
    expect(walk.outcome).toMatchObject({ pfn: 0x80 });
  });
});
