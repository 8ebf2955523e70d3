import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { ChunkBuilder } from '../../../src/trace/chunk-builder.ts';
import { ColumnDecoder } from '../../../src/trace/pwt/decode-columns.ts';
import { checkTags } from '../../../src/trace/pwt/fit.ts';
import type { Columns } from '../../../src/trace/pwt/layout.ts';

/** Columns that fit no other: what a checksum cannot see when they were made on purpose. */
const columns: fc.Arbitrary<Columns> = fc.record({
  sizeTable: fc.uint16Array({ minLength: 64, maxLength: 64, max: 4096 }),
  regionHighs: fc.uint32Array({ maxLength: 3 }),
  lows: fc.int32Array({ maxLength: 5 }),
  regions: fc.uint16Array({ maxLength: 5 }),
  words: fc.int16Array({ maxLength: 5 }),
  sizes: fc.uint16Array({ maxLength: 5, max: 16384 }),
  tags: fc.uint8Array({ minLength: 1, maxLength: 60 }),
  bytes: fc.int8Array({ maxLength: 5 }),
});

function decodeAll(given: Columns): void {
  const decoder = new ColumnDecoder(given, new ChunkBuilder());
  decoder.decode(given.tags.length);
  expect(decoder.at).toBe(given.tags.length);
  decoder.checkUsedUp();
}

const empty: Columns = {
  sizeTable: new Uint16Array(64).fill(4),
  regionHighs: Uint32Array.of(0),
  lows: new Int32Array(0),
  regions: new Uint16Array(0),
  words: new Int16Array(0),
  sizes: new Uint16Array(0),
  tags: new Uint8Array(0),
  bytes: new Int8Array(0),
};

describe('columns that do not fit each other', () => {
  it.each([
    ['a byte too few', { tags: Uint8Array.of(0b0100) }],
    ['a byte too many', { tags: Uint8Array.of(0), bytes: Int8Array.of(1) }],
    ['a word too few', { tags: Uint8Array.of(0b1000) }],
    ['an address too few', { tags: Uint8Array.of(0b1100) }],
    ['a size too few', { tags: Uint8Array.of(0xf1) }],
    [
      'a region that the table has not',
      { tags: Uint8Array.of(0b1100), lows: Int32Array.of(1), regions: Uint16Array.of(1) },
    ],
    ['accesses, and no region', { tags: Uint8Array.of(0), regionHighs: new Uint32Array(0) }],
  ])('are refused: %s', (_, wrong) => {
    expect(() => decodeAll({ ...empty, ...wrong })).toThrow(InputError);
  });

  it('whatever they are, end in accesses or in an InputError', () => {
    fc.assert(
      fc.property(columns, (given) => {
        try {
          decodeAll(given);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('make no access in a region that nobody named, whatever they are', () => {
    fc.assert(
      fc.property(columns, ({ regionHighs, regions, ...rest }) => {
        const named = {
          ...rest,
          regionHighs: Uint32Array.of(7, ...regionHighs),
          regions: regions.map(() => 0),
        };
        const builder = new ChunkBuilder();
        try {
          new ColumnDecoder(named, builder).decode(named.tags.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
        const { chunk, regions: known } = builder;
        for (let i = 0; i < chunk.count; i++) expect([7, 8]).toContain(known.highOf(chunk.keys[i]! >>> 22));
      }),
      { numRuns: 300 },
    );
  });

  it('are known by their tags alone, before anything is decoded', () => {
    fc.assert(
      fc.property(columns, (given) => {
        const whole = { ...given, regionHighs: Uint32Array.of(0), regions: given.regions.map(() => 0) };
        whole.sizeTable.fill(4);
        whole.sizes.fill(4);
        const before = () => checkTags(whole);
        if (misfits(() => decodeAll(whole))) expect(before).toThrow(InputError);
        else expect(before).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

function misfits(decode: () => void): boolean {
  try {
    decode();
    return false;
  } catch (error) {
    if (error instanceof InputError) return true;
    throw error;
  }
}
