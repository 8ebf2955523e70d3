import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modeNamed } from '../../src/mmu/mode/index.ts';
import type { PagingMode } from '../../src/mmu/mode/mode.ts';
import { PagingStructureCaches, type PscOptions } from '../../src/mmu/psc.ts';
import { highOf, lowOf } from '../../src/mmu/split.ts';
import { LruModel } from '../oracle/lru.ts';

const GEOMETRY = {
  '2': { sets: 1, ways: 4 },
  '3': { sets: 2, ways: 2 },
  '4': { sets: 3, ways: 1 },
  '5': { sets: 1, ways: 2 },
};
const OPTIONS: PscOptions = { levels: GEOMETRY, latency: 2, pageInvalidates: 'path' };

const lookup = (psc: PagingStructureCaches, asid: number, vpn: number) =>
  psc.lookup(asid, lowOf(vpn), highOf(vpn));
const fill = (psc: PagingStructureCaches, asid: number, vpn: number, level: number, table: number) =>
  psc.fill(asid, lowOf(vpn), highOf(vpn), level, table, 7);

describe('the paging-structure caches', () => {
  it('begin the walk below the deepest entry they hold', () => {
    const psc = new PagingStructureCaches(modeNamed('x86-64'), OPTIONS);
    expect(lookup(psc, 1, 0x1234)).toBe(0);
    fill(psc, 1, 0x1234, 4, 100);
    fill(psc, 1, 0x1234, 3, 101);
    expect([lookup(psc, 1, 0x1234), psc.table]).toEqual([3, 101]);
    fill(psc, 1, 0x1234, 2, 102);
    expect([lookup(psc, 1, 0x1234), psc.table]).toEqual([2, 102]);
    // 0x1434 lies in the next 2 MiB: no PDE, but the same PDPTE.
    expect([lookup(psc, 1, 0x1434), psc.table]).toEqual([3, 101]);
    // 1 GiB and 512 GiB further on there is the PML4E, and nothing.
    expect([lookup(psc, 1, 0x1234 + 2 ** 18), psc.table]).toEqual([4, 100]);
    expect(lookup(psc, 1, 0x1234 + 2 ** 27)).toBe(0);
  });

  it('keep the attributes that the entries down to there allow together', () => {
    const psc = new PagingStructureCaches(modeNamed('sv39'), OPTIONS);
    psc.fill(1, lowOf(0x1234), highOf(0x1234), 2, 55, 0x10);
    lookup(psc, 1, 0x1234);
    expect(psc.attributes).toBe(0x10);
  });

  it('find every entry they hold, however many share a bucket of the filter before them', () => {
    // 4,096 entries over 1,024 buckets.
    const psc = new PagingStructureCaches(modeNamed('x86-64'), {
      ...OPTIONS,
      levels: { '2': { sets: 64, ways: 64 } },
    });
    const vpns = Array.from({ length: 4096 }, (_, i) => i * 512);
    for (const vpn of vpns) fill(psc, 1, vpn, 2, vpn + 7);
    for (const vpn of vpns) expect([lookup(psc, 1, vpn), psc.table]).toEqual([2, vpn + 7]);
    psc.invalidateRange(1, 512 * 512, 512 * 512);
    for (const vpn of vpns) {
      const dropped = vpn >= 512 * 512 && vpn < 2 * 512 * 512;
      expect(lookup(psc, 1, vpn), String(vpn)).toBe(dropped ? 0 : 2);
    }
  });

  it('drop, for a range, what lies on the way to its pages and nothing after its end', () => {
    const psc = new PagingStructureCaches(modeNamed('x86-64'), OPTIONS);
    for (const vpn of [0, 512, 1024]) fill(psc, 1, vpn, 2, vpn + 1);
    psc.invalidateRange(1, 512, 512);
    expect([0, 512, 1024].map((vpn) => lookup(psc, 1, vpn))).toEqual([2, 0, 2]);
  });

  it('show every entry with its page, table, attributes, slot and rank, next victim first', () => {
    const psc = new PagingStructureCaches(modeNamed('la57'), OPTIONS);
    const level = (number: number) => psc.levels.find((one) => one.level === number)!;
    expect(level(2).size).toBe(4);
    expect([...level(2).entries()]).toEqual([]);
    // Page 0x1fff00001234 has all 45 bits in use; entries of level 2 span 512 pages, of level 4 2^27.
    const high = 0x1fff00001234;
    fill(psc, 5, 0x1434, 2, 70);
    fill(psc, 5, high, 2, 71);
    fill(psc, 5, 0x1434, 2 + 2, 72);
    fill(psc, 6, high, 4, 73);
    const shown = (number: number) =>
      [...level(number).entries()].map(({ asid, vpn, table, attributes, rank }) => [
        asid,
        vpn,
        table,
        attributes,
        rank,
      ]);
    // Two of the four ways are free, and those are the oldest.
    expect(shown(2)).toEqual([
      [5, 0x1400, 70, 7, 2],
      [5, 0x1fff00001200, 71, 7, 3],
    ]);
    // Sets of one way each: the set is the VPN above the span modulo three. 0, and 0x3ffe0 = 262112 = 3 x 87370 + 2.
    expect(shown(4)).toEqual([
      [5, 0, 72, 7, 0],
      [6, 0x1fff00000000, 73, 7, 0],
    ]);
    fill(psc, 6, high + 2 ** 27, 4, 74);
    expect([...level(4).entries()].map(({ slot, table }) => [slot, table])).toEqual([
      [0, 74],
      [2, 73],
    ]);
    psc.invalidateAll();
    expect([...level(2).entries(), ...level(4).entries()]).toEqual([]);
  });

  it('belong to an address space', () => {
    const psc = new PagingStructureCaches(modeNamed('x86-64'), OPTIONS);
    fill(psc, 1, 0x1234, 2, 102);
    expect(lookup(psc, 2, 0x1234)).toBe(0);
    fill(psc, 2, 0x1234, 2, 202);
    psc.invalidateAsid(1);
    expect([lookup(psc, 1, 0x1234), lookup(psc, 2, 0x1234), psc.table]).toEqual([0, 2, 202]);
  });

  it('lose the entries on the way to a page, or all of its address space as INVLPG has it', () => {
    for (const pageInvalidates of ['path', 'asid'] as const) {
      const psc = new PagingStructureCaches(modeNamed('x86-64'), { ...OPTIONS, pageInvalidates });
      fill(psc, 1, 0x1234, 2, 102);
      fill(psc, 1, 0x9234, 2, 103);
      fill(psc, 2, 0x1234, 2, 104);
      psc.invalidatePage(1, 0x1235);
      expect(lookup(psc, 1, 0x1234)).toBe(0);
      expect(lookup(psc, 1, 0x9234)).toBe(pageInvalidates === 'path' ? 2 : 0);
      expect(lookup(psc, 2, 0x1234)).toBe(2);
    }
  });

  it('lose every entry on the way to a range that begins and ends inside entries', () => {
    const psc = new PagingStructureCaches(modeNamed('x86-64'), OPTIONS);
    for (const page of [0x1ff, 0x200, 0x400, 0x600]) fill(psc, 1, page, 2, page);
    psc.invalidateRange(1, 0x3ff, 2);
    expect([0x1ff, 0x200, 0x400, 0x600].map((page) => lookup(psc, 1, page))).toEqual([2, 0, 0, 2]);
  });

  it('cost nothing when there are none for the mode', () => {
    const psc = new PagingStructureCaches(modeNamed('sv32'), {
      ...OPTIONS,
      levels: { '4': { sets: 1, ways: 4 } },
    });
    expect(psc.latency).toBe(0);
    expect(new PagingStructureCaches(modeNamed('sv32'), OPTIONS).latency).toBe(2);
  });

  it.each(['x86-64', 'la57', 'sv39', 'sv32'])('of %s agree with a list a set, under any use', (name) => {
    const mode = modeNamed(name);
    fc.assert(
      fc.property(fc.array(actionIn(mode), { maxLength: 120 }), (actions) => {
        const psc = new PagingStructureCaches(mode, OPTIONS);
        const models = LEVELS.filter((level) => level <= mode.levels).map(
          (level) => new LevelModel(mode, level),
        );
        let table = 1000;
        for (const { op, asid, vpn } of actions) {
          if (op === 'walk') {
            const hit = models.find((model) => model.use(asid, vpn) !== undefined);
            expect(lookup(psc, asid, vpn)).toBe(hit?.level ?? 0);
            if (hit) expect(psc.table).toBe(hit.use(asid, vpn));
            // The walk reads, and fills, the levels below the hit.
            for (const model of models.filter(({ level }) => level < (hit?.level ?? 9)).reverse()) {
              fill(psc, asid, vpn, model.level, ++table);
              model.add(asid, vpn, table);
            }
          } else if (op === 'page') {
            psc.invalidatePage(asid, vpn);
            for (const model of models) model.dropPath(asid, vpn);
          } else if (op === 'asid') {
            psc.invalidateAsid(asid);
            for (const model of models) model.drop((entry) => entry.asid === asid);
          } else {
            psc.invalidateAll();
            for (const model of models) model.drop(() => true);
          }
        }
      }),
    );
  });
});

const LEVELS = [2, 3, 4, 5] as const;

/** Pages that share entries at some level and pages that do not, both halves of the address space included. */
function actionIn(mode: PagingMode) {
  const width = mode.vaBits - 12;
  const places = [0n, 0x200n, 0x40000n, 2n ** 27n, 2n ** 36n, -1n, -0x200n, -(2n ** 36n)];
  return fc.record({
    op: fc.constantFrom('walk', 'walk', 'walk', 'walk', 'page', 'asid', 'all'),
    asid: fc.constantFrom(0, 1, 65535),
    vpn: fc.tuple(fc.constantFrom(...places), fc.bigInt(0n, 3n)).map(([place, near]) => {
      const vpn = BigInt.asIntN(width, place + near);
      return Number(BigInt.asUintN(mode.canonical ? 52 : width, vpn));
    }),
  });
}

interface ModelEntry {
  readonly asid: number;
  readonly upper: bigint;
  readonly table: number;
}

/** One level's cache as a list a set. The set is the 45-bit VPN above the span, modulo the number of sets. */
class LevelModel {
  readonly level: (typeof LEVELS)[number];
  readonly #span: bigint;
  readonly #lists: LruModel<ModelEntry>;

  constructor(mode: PagingMode, level: (typeof LEVELS)[number]) {
    this.level = level;
    this.#span = 2n ** BigInt(mode.indexBits.slice(0, level - 1).reduce((sum, bits) => sum + bits, 0));
    this.#lists = new LruModel(GEOMETRY[level].sets, GEOMETRY[level].ways);
  }

  use(asid: number, vpn: number): number | undefined {
    return this.#lists.use(this.#setOf(vpn), this.#nameOf(asid, vpn))?.table;
  }

  add(asid: number, vpn: number, table: number): void {
    this.#lists.add(this.#setOf(vpn), this.#nameOf(asid, vpn), { asid, upper: this.#upper(vpn), table });
  }

  dropPath(asid: number, vpn: number): void {
    this.drop((entry) => entry.asid === asid && entry.upper === this.#upper(vpn));
  }

  drop(isStale: (entry: ModelEntry) => boolean): void {
    this.#lists.remove(isStale);
  }

  #upper(vpn: number): bigint {
    return BigInt.asUintN(45, BigInt(vpn)) / this.#span;
  }

  #setOf(vpn: number): number {
    return Number(this.#upper(vpn) % BigInt(GEOMETRY[this.level].sets));
  }

  #nameOf(asid: number, vpn: number): string {
    return `${asid}/${this.#upper(vpn)}`;
  }
}
