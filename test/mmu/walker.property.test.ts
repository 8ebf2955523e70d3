import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FETCH, LOAD, STORE, SUPERVISOR, USER } from '../../src/core/access.ts';
import { splitAddress } from '../../src/core/addr.ts';
import { MemoryMap } from '../../src/memory/memory-map.ts';
import { modeNamed } from '../../src/mmu/mode/index.ts';
import type { PagingMode } from '../../src/mmu/mode/mode.ts';
import type { Controls } from '../../src/mmu/rules/controls.ts';
import { rulesFor } from '../../src/mmu/rules/index.ts';
import type { Walk } from '../../src/mmu/walk.ts';
import { FUNCTIONAL, PEEK, TIMED, type WalkEffects } from '../../src/mmu/walker.ts';
import { type RiscvCase, translateRiscv } from '../oracle/translate-riscv.ts';
import { type Outcome, translateX86, type X86Case } from '../oracle/translate-x86.ts';
import { memoryOf, walkerFor, wordsIn } from './rig.ts';

const RUNS = 400;
const ACCESS = { x: FETCH, r: LOAD, w: STORE } as const;
const anyBits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** A value once in `of` + 1 times, else null. */
const rarely = <T>(value: fc.Arbitrary<T>, of: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: of, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });

/** What one level's entry is made of: random bits, and one thing that may be wrong with it. */
const entryBits = fc.record({
  noise: anyBits,
  flip: rarely(fc.integer({ min: 0, max: 63 }), 15),
});

/** Some tables on the way to one address: `leafLevel` is where the leaf stands, `frames` where the tables are. */
interface Shape {
  leafLevel: number;
  frames: number[];
  entries: { noise: bigint; flip: number | null }[];
  misaligned: boolean;
}

function shapeOf(mode: PagingMode, maxFrame: number): fc.Arbitrary<Shape> {
  return fc.record({
    leafLevel: fc.constantFrom(...mode.leafLevels),
    frames: fc.uniqueArray(fc.integer({ min: 1, max: maxFrame }), {
      minLength: mode.levels + 1,
      maxLength: mode.levels + 1,
    }),
    entries: fc.array(entryBits, { minLength: mode.levels, maxLength: mode.levels }),
    misaligned: rarely(fc.constant(true), 9).map((wrong) => wrong ?? false),
  });
}

/** Lays the tables out: `entryOf` makes an entry of its level, the frame it points to and its random bits. */
function tablesFor(
  mode: PagingMode,
  shape: Shape,
  va: bigint,
  entryOf: (level: number, pfn: bigint, noise: bigint, leaf: boolean) => bigint,
): Map<bigint, bigint> {
  const words = new Map<bigint, bigint>();
  const bits = BigInt(mode.indexBits[0]!);
  for (let level = mode.levels; level >= shape.leafLevel; level--) {
    const leaf = level === shape.leafLevel;
    const index = (va >> (12n + bits * BigInt(level - 1))) & ((1n << bits) - 1n);
    let pfn = BigInt(shape.frames[mode.levels - level + 1]!);
    if (leaf && !shape.misaligned) pfn -= pfn % (1n << (bits * BigInt(level - 1)));
    const { noise, flip } = shape.entries[mode.levels - level]!;
    let entry = entryOf(level, pfn, noise, leaf);
    if (flip !== null && flip < mode.pteBytes * 8) entry ^= 1n << BigInt(flip);
    words.set(
      BigInt(shape.frames[mode.levels - level]!) * 4096n + index * BigInt(mode.pteBytes),
      BigInt.asUintN(mode.pteBytes * 8, entry),
    );
  }
  return words;
}

const outcomeOf = (walk: Walk): Outcome =>
  walk.fault === null
    ? { pa: BigInt(walk.pfn) * 4096n + BigInt(walk.offset) }
    : { vector: walk.fault.vector, code: walk.fault.code };

/**
 * The laws that hold of every walk, whatever is in memory: it agrees with the oracle in result and in memory; a peek
 * says the same and changes nothing; a second walk, which begins where the PSC knows the way, agrees again; and the
 * allowed-mask of the translation is what the oracle would let happen with no change in memory.
 */
function agree(
  mode: PagingMode,
  controls: Controls,
  words: Map<bigint, bigint>,
  root: number,
  va: bigint,
  accesses: readonly { access: 'r' | 'w' | 'x'; user: boolean }[],
  oracle: (memory: Map<bigint, bigint>, access: 'r' | 'w' | 'x', user: boolean) => Outcome,
  memoryMap: MemoryMap | null = null,
): void {
  const memory = memoryOf(words, mode.pteBytes);
  const walker = walkerFor(rulesFor(mode, controls), memory, { memoryMap });
  walker.root = root;
  const { vpn, offset } = splitAddress(va);
  const run = (access: 'r' | 'w' | 'x', user: boolean, effects: WalkEffects) =>
    walker.walk(vpn, offset, ACCESS[access], user ? USER : SUPERVISOR, effects);

  const expected = new Map(words);
  for (const { access, user } of accesses) {
    const before = wordsIn(memory, words.keys(), mode.pteBytes);
    const outcome = oracle(expected, access, user);

    expect(outcomeOf(run(access, user, PEEK))).toEqual(outcome);
    expect(wordsIn(memory, words.keys(), mode.pteBytes)).toEqual(before);

    const walk = run(access, user, TIMED);
    expect(outcomeOf(walk)).toEqual(outcome);
    expect(wordsIn(memory, words.keys(), mode.pteBytes)).toEqual(expected);
    if (walk.fault === null) {
      expect(walker.rules.allowedMask(walk.attributes)).toBe(
        maskOf((next, nextUser) => {
          const after = new Map(expected);
          return 'pa' in oracle(after, next, nextUser) && sameWords(after, expected);
        }),
      );
    }
  }
  const again = memoryOf(words, mode.pteBytes);
  const functional = walkerFor(rulesFor(mode, controls), again, { memoryMap });
  functional.root = root;
  const once = new Map(words);
  const { access, user } = accesses[0]!;
  const outcome = oracle(once, access, user);
  const walk = functional.walk(vpn, offset, ACCESS[access], user ? USER : SUPERVISOR, FUNCTIONAL);
  expect(outcomeOf(walk)).toEqual(outcome);
  expect(walk.cycles).toBe(0);
  expect(wordsIn(again, words.keys(), mode.pteBytes)).toEqual(once);
}

/** The six bits of an allowed-mask, from a predicate. */
function maskOf(isFree: (access: 'r' | 'w' | 'x', user: boolean) => boolean): number {
  let mask = 0;
  for (const access of ['x', 'r', 'w'] as const) {
    for (const user of [true, false]) {
      if (isFree(access, user)) mask |= 1 << ((user ? USER : SUPERVISOR) * 3 + ACCESS[access]);
    }
  }
  return mask;
}

const sameWords = (a: Map<bigint, bigint>, b: Map<bigint, bigint>): boolean =>
  [...a].every(([address, word]) => b.get(address) === word);

const accessesArbitrary = fc.array(
  fc.record({ access: fc.constantFrom('r', 'w', 'x'), user: fc.boolean() }),
  { minLength: 1, maxLength: 3 },
);

/** Mostly canonical addresses of this width. */
const addresses = (bits: number) =>
  fc.tuple(anyBits, fc.integer({ min: 0, max: 19 })).map(([raw, odd]) => {
    return odd === 0 ? raw : BigInt.asUintN(64, BigInt.asIntN(bits, raw));
  });

describe.each([
  ['x86-64', 4],
  ['la57', 5],
] as const)('random tables in %s, random control bits', (name, levels) => {
  const mode = modeNamed(name);
  const controlsArbitrary = fc.record({
    maxphyaddr: fc.constantFrom(32, 36, 40, 46, 52),
    nxe: fc.boolean(),
    wp: fc.boolean(),
    smep: fc.boolean(),
    smap: fc.boolean(),
    ac: fc.boolean(),
    pge: fc.boolean(),
    pke: fc.boolean(),
    pks: fc.boolean(),
    pkru: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    pkrs: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    pdpe1gb: fc.boolean(),
  });

  it('are translated as the SDM says, with its error codes and its accessed and dirty bits', () => {
    fc.assert(
      fc.property(
        controlsArbitrary,
        shapeOf(mode, 2 ** 20 - 1),
        addresses(mode.vaBits),
        accessesArbitrary,
        (controls, shape, va, accesses) => {
          const words = tablesFor(mode, shape, va, (level, pfn, noise, leaf) => {
            // Of the random bits, those that are neither address nor (except by `flip`) wrong.
            let free = 0x7ff0_0000_0000_0f7en;
            if (controls.nxe && noise % 4n === 0n) free |= 1n << 63n;
            const large = leaf && level > 1;
            // Upper entries seldom take the right to write or user access away.
            const grant = !leaf && (noise >> 20n) % 8n !== 0n ? 6n : 0n;
            return (noise & free) | grant | 1n | (large ? 0x80n | (noise & 0x1000n) : 0n) | (pfn << 12n);
          });
          const root = shape.frames[0]!;
          const oracle = (memory: Map<bigint, bigint>, access: 'r' | 'w' | 'x', user: boolean) =>
            translateX86(memory, {
              ...controls,
              levels,
              root: BigInt(root) * 4096n,
              va,
              access,
              user,
            } satisfies X86Case);
          agree(mode, { family: 'x86', ...controls }, words, root, va, accesses, oracle);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe.each(['sv32', 'sv39', 'sv48', 'sv57'] as const)(
  'random tables in %s, random control bits',
  (name) => {
    const mode = modeNamed(name);
    const controlsArbitrary = fc.record({
      sum: fc.boolean(),
      mxr: fc.boolean(),
      adue: fc.boolean(),
      svnapot: fc.boolean(),
      svpbmt: fc.boolean(),
      svrsw60t59b: fc.boolean(),
    });

    it('are translated as the privileged manual says, with its causes and its A and D bits', () => {
      fc.assert(
        fc.property(
          controlsArbitrary,
          shapeOf(mode, 2 ** 20 - 1),
          addresses(mode.vaBits).map((va) => (mode.canonical ? va : BigInt.asUintN(32, va))),
          accessesArbitrary,
          fc.integer({ min: 0, max: 2 ** 20 - 1 }),
          rarely(fc.integer({ min: 1, max: 2 ** 32 }), 4).map((bytes) => bytes ?? 1),
          (controls, shape, va, accesses, holeFrame, holeBytes) => {
            const words = tablesFor(mode, shape, va, (_level, pfn, noise, leaf) => {
              let entry = (pfn << 10n) | 1n | (noise & 0x320n);
              if (!leaf) return entry;
              entry |= noise & 0xdan;
              if (entry & 2n) entry |= noise & 4n;
              if ((entry & 10n) === 0n) entry |= 2n;
              if (mode.pteBytes === 8 && controls.svpbmt) entry |= noise & (1n << 61n);
              if (mode.pteBytes === 8 && controls.svrsw60t59b) entry |= noise & (3n << 59n);
              if (mode.pteBytes === 8 && controls.svnapot && noise % 3n === 0n) {
                entry = (entry & ~(15n << 10n)) | (8n << 10n) | (1n << 63n);
              }
              return entry;
            });
            const root = shape.frames[0]!;
            // Memory is everything but a hole, which may cut a table or a PTE in two.
            const hole = BigInt(holeFrame) * 4096n + 1234n;
            const end = 1n << 56n;
            const ranges = [
              [0n, hole - 1n],
              [hole + BigInt(holeBytes), end],
            ] as const;
            const oracle = (memory: Map<bigint, bigint>, access: 'r' | 'w' | 'x', user: boolean) =>
              translateRiscv(memory, {
                ...controls,
                mode: name,
                root: BigInt(root) * 4096n,
                va,
                access,
                user,
                memoryRanges: ranges,
              } satisfies RiscvCase);
            const memoryMap = new MemoryMap(
              ranges.map(([first, last]) => ({ base: first, size: last - first + 1n })),
            );
            agree(mode, { family: 'riscv', ...controls }, words, root, va, accesses, oracle, memoryMap);
          },
        ),
        { numRuns: RUNS },
      );
    });
  },
);
