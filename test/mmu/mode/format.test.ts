import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ATTR_ACCESSED,
  ATTR_DIRTY,
  ATTR_EXEC,
  ATTR_GLOBAL,
  ATTR_KEY_SHIFT,
  ATTR_MEMTYPE_SHIFT,
  ATTR_READ,
  ATTR_SIZE_SHIFT,
  ATTR_USER,
  ATTR_WRITE,
} from '../../../src/core/attributes.ts';
import { InputError } from '../../../src/core/errors.ts';
import { modeNamed, PAGING_MODES } from '../../../src/mmu/mode/index.ts';
import type { PagingMode } from '../../../src/mmu/mode/mode.ts';

const X86 = modeNamed('x86-64').format;
const SV39 = modeNamed('sv39').format;
const SV32 = modeNamed('sv32').format;
const USER_DATA = ATTR_READ | ATTR_WRITE | ATTR_USER | ATTR_ACCESSED | ATTR_DIRTY;

/** The whole PTE as one number, from its two signed halves. */
const word = (hi: number, lo: number): bigint =>
  (BigInt.asUintN(32, BigInt(hi)) << 32n) | BigInt.asUintN(32, BigInt(lo));

describe('the x86 entry', () => {
  it('holds P, R/W, U/S, A and D in bits 0, 1, 2, 5, 6, the frame from bit 12, XD in bit 63', () => {
    expect(word(X86.leafHi(0x12345, USER_DATA, 1), X86.leafLo(0x12345, USER_DATA, 1))).toBe(
      0x8000_0000_1234_5067n,
    );
  });

  it('holds a frame above 4 GiB in both halves, G in bit 8, the protection key in bits 62:59', () => {
    const attributes = ATTR_READ | ATTR_EXEC | ATTR_GLOBAL | (0xa << ATTR_KEY_SHIFT);
    // 0xa << 59 = 0x5000_0000_0000_0000; P = 1, G = 0x100
    expect(word(X86.leafHi(0x3f_fffff_fff, attributes, 1), X86.leafLo(0x3f_fffff_fff, attributes, 1))).toBe(
      0x5000_0000_0000_0101n | (0x3f_fffff_fffn << 12n),
    );
  });

  it('marks a leaf above level 1 with PS (bit 7), and a pointer as Linux does with 0x67', () => {
    expect(X86.leafLo(0x200, ATTR_READ | ATTR_EXEC, 2)).toBe(0x20_0081);
    expect(X86.tableLo(0x1234)).toBe(0x123_4067);
    expect(X86.isLeaf(0x20_0081, 0, 2)).toBe(true);
    expect(X86.isLeaf(0x123_4067, 0, 2)).toBe(false);
    expect(X86.isLeaf(0x123_4067, 0, 1)).toBe(true);
  });
});

describe('the RISC-V entry', () => {
  it('holds V R W X U G A D in bits 0 to 7 and the PPN from bit 10', () => {
    // V R W U A D = 1 + 2 + 4 + 16 + 64 + 128 = 0xd7; 0x80200 << 10 = 0x2008_0000
    expect(word(SV39.leafHi(0x80200, USER_DATA, 1), SV39.leafLo(0x80200, USER_DATA, 1))).toBe(0x2008_00d7n);
    expect(SV32.leafLo(0x80200, USER_DATA, 1)).toBe(0x2008_00d7);
  });

  it('writes a 64 KiB leaf as Svnapot: N set and PPN[3:0] = 1000', () => {
    const attributes = USER_DATA | (4 << ATTR_SIZE_SHIFT);
    const pte = [SV39.leafLo(0x80210, attributes, 1), SV39.leafHi(0x80210, attributes, 1)] as const;
    expect(word(pte[1], pte[0])).toBe(0x8000_0000_2008_60d7n);
    expect(SV39.pfnOf(...pte)).toBe(0x80210);
  });

  it('holds the Svpbmt memory type in bits 62:61', () => {
    const attributes = ATTR_READ | (2 << ATTR_MEMTYPE_SHIFT);
    expect(word(SV39.leafHi(0, attributes, 1), SV39.leafLo(0, attributes, 1))).toBe(0x4000_0000_0000_0003n);
  });

  it('is a pointer when R, W and X are all clear', () => {
    expect(SV39.tableLo(0x80001)).toBe(0x2000_0401);
    expect(SV39.isLeaf(0x2000_0401, 0, 1)).toBe(false);
  });
});

/** Frames that 4-byte entries and 48-bit Arm addresses have room for. */
const LAST_FRAME = new Map([
  ['sv32', 2 ** 22 - 1],
  ['x86-32', 2 ** 20 - 1],
  ['armv8-4k-48', 2 ** 36 - 1],
  ['armv8-4k-39', 2 ** 36 - 1],
]);

/** x86-32 has nothing that forbids execution; on Arm a page is dirty when it is writable. */
function expressible(mode: PagingMode, attributes: number): number {
  if (mode.name === 'x86-32') return attributes | ATTR_EXEC;
  if (mode.family !== 'arm') return attributes;
  return attributes & ATTR_WRITE ? attributes | ATTR_DIRTY : attributes & ~ATTR_DIRTY;
}

describe.each(PAGING_MODES.map((mode) => [mode.name, mode] as const))('a leaf of %s', (_name, mode) => {
  const pfns = fc.integer({ min: 0, max: LAST_FRAME.get(mode.name) ?? 2 ** 40 - 1 });
  const flags = fc.integer({ min: 0, max: 0x7f }).map((bits) => expressible(mode, bits | ATTR_READ));

  it('gives back the frame and the attributes it was made of', () => {
    fc.assert(
      fc.property(pfns, flags, (pfn, attributes) => {
        const lo = mode.format.leafLo(pfn, attributes, 1);
        const hi = mode.format.leafHi(pfn, attributes, 1);
        expect(mode.format.isPresent(lo, hi)).toBe(true);
        expect(mode.format.isLeaf(lo, hi, 1)).toBe(true);
        expect(mode.format.pfnOf(lo, hi)).toBe(pfn);
        expect(mode.format.attributesOf(lo, hi)).toBe(attributes);
      }),
    );
  });

  it('loses its write permission, and nothing else, under the protect masks', () => {
    fc.assert(
      fc.property(pfns, flags, (pfn, attributes) => {
        const lo = mode.format.leafLo(pfn, attributes, 1);
        const hi = mode.format.leafHi(pfn, attributes, 1);
        const masked = (lo & mode.format.protectAnd) | mode.format.protectOr;
        expect(mode.format.attributesOf(masked, hi)).toBe(expressible(mode, attributes & ~ATTR_WRITE));
        expect(mode.format.pfnOf(masked, hi)).toBe(pfn);
      }),
    );
  });

  it('has its accessed and dirty bits where the masks say', () => {
    const { format } = mode;
    const clear = format.leafLo(7, ATTR_READ, 1);
    const addedBy = (mask: number) => format.attributesOf(clear | mask, 0) & ~format.attributesOf(clear, 0);
    expect(addedBy(format.accessed)).toBe(ATTR_ACCESSED);
    expect(addedBy(format.dirty)).toBe(mode.family === 'arm' ? 0 : ATTR_DIRTY);
  });

  it('names every bit of the entry once, from the top', () => {
    let next = mode.pteBytes * 8 - 1;
    for (const [, high, low = high] of mode.format.bitNames(1)) {
      expect(high).toBe(next);
      next = low - 1;
    }
    expect(next).toBe(-1);
  });
});

describe('the registry of paging modes', () => {
  it('names the nearest mode when it does not know one', () => {
    expect(() => modeNamed('sv93')).toThrow(InputError);
    try {
      modeNamed('x86_64');
    } catch (error) {
      expect((error as InputError).remedy).toContain("'x86-64'");
    }
  });

  it('holds modes whose index bits and page offset add up to their address width', () => {
    for (const mode of PAGING_MODES)
      expect(mode.indexBits.reduce((sum, bits) => sum + bits, 12)).toBe(mode.vaBits);
  });
});
