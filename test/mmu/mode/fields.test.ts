import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/errors.ts';
import { modeNamed } from '../../../src/mmu/mode/index.ts';

/** The fields of an entry of a level from the highest bit down, as `name high..low`. */
const fields = (mode: string, level: number) =>
  modeNamed(mode)
    .format.bitNames(level)
    .map(([name, high, low = high]) => (low === high ? `${name} ${high}` : `${name} ${high}..${low}`))
    .join(', ');

describe('the fields of an entry have the names of their manual', () => {
  it('x86-64 (SDM vol. 3A, "Formats of CR3 and Paging-Structure Entries with 4-Level Paging")', () => {
    const high = 'XD 63, key 62..59, ignored 58..52, PFN 51..12, ignored 11..9, G 8';
    const low = 'D 6, A 5, PCD 4, PWT 3, U/S 2, R/W 1, P 0';
    expect(fields('x86-64', 1)).toBe(`${high}, PAT 7, ${low}`);
    expect(fields('x86-64', 2)).toBe(`${high}, PS 7, ${low}`);
  });

  it('x86-32: the low half', () => {
    const low = 'D 6, A 5, PCD 4, PWT 3, U/S 2, R/W 1, P 0';
    expect(fields('x86-32', 1)).toBe(`PFN 31..12, ignored 11..9, G 8, PAT 7, ${low}`);
    expect(fields('x86-32', 2)).toBe(`PFN 31..12, ignored 11..9, G 8, PS 7, ${low}`);
  });

  it('RISC-V (privileged manual, "Sv39 page table entry", "Sv32 page table entry")', () => {
    const low = 'RSW 9..8, D 7, A 6, G 5, U 4, X 3, W 2, R 1, V 0';
    expect(fields('sv39', 1)).toBe(`N 63, PBMT 62..61, reserved 60..54, PPN 53..10, ${low}`);
    expect(fields('sv32', 1)).toBe(`PPN 31..10, ${low}`);
  });

  it('Armv8 (Arm ARM, "VMSAv8-64 descriptor formats")', () => {
    const high = [
      ...['NSTable 63', 'APTable 62..61', 'UXNTable 60', 'PXNTable 59', 'ignored 58..55', 'UXN 54', 'PXN 53'],
      ...['contiguous 52', 'DBM 51', 'reserved 50..48', 'PFN 47..12', 'nG 11', 'AF 10', 'SH 9..8', 'AP 7..6'],
      ...['NS 5', 'AttrIndx 4..2'],
    ].join(', ');
    expect(fields('armv8-4k-48', 1)).toBe(`${high}, page 1, valid 0`);
    expect(fields('armv8-4k-48', 3)).toBe(`${high}, table 1, valid 0`);
  });

  it.each(['x86-64', 'x86-32', 'pae', 'sv32', 'sv39', 'armv8-4k-48'])(
    'and cover every bit once: %s',
    (mode) => {
      const { format, pteBytes } = modeNamed(mode);
      const bits = format
        .bitNames(1)
        .flatMap(([, high, low = high]) => Array.from({ length: high - low + 1 }, (_, i) => high - i));
      expect(bits).toEqual(Array.from({ length: pteBytes * 8 }, (_, i) => pteBytes * 8 - 1 - i));
    },
  );
});

describe('a leaf', () => {
  it('is every entry of the last level, and one above it by the bit that says so, where there are such leaves', () => {
    const isLeaf = (mode: string, lo: number, level: number) => modeNamed(mode).format.isLeaf(lo, 0, level);
    // x86: PS is bit 7, up to PDPTEs; a PML4E has none.
    expect([1, 2, 3, 4].map((level) => isLeaf('x86-64', 0x81, level))).toEqual([true, true, true, false]);
    expect([1, 2, 3, 4].map((level) => isLeaf('x86-64', 0x01, level))).toEqual([true, false, false, false]);
    expect([isLeaf('x86-32', 1, 1), isLeaf('x86-32', 1, 2), isLeaf('x86-32', 0x81, 2)]).toEqual([
      true,
      false,
      true,
    ]);
    // Arm: bit 1 is set in tables and pages, clear in blocks.
    expect([1, 2].map((level) => isLeaf('armv8-4k-48', 3, level))).toEqual([true, false]);
    expect([1, 2].map((level) => isLeaf('armv8-4k-48', 1, level))).toEqual([true, true]);
  });

  it('of 4 MiB above 4 GiB has bits 39..32 of its address in bits 20..13 (PSE-36)', () => {
    const { format } = modeNamed('x86-32');
    // Frame 0x123400: bits 31..22 of its address are 0x234 >> 2 << 22, bits 39..32 are 1.
    const lo = format.leafLo(0x123400, 0, 2);
    expect((lo >>> 13) & 0xff).toBe(1);
    expect(format.pfnOf(lo, 0, 2)).toBe(0x123400);
    expect(format.leafLo(0x23400, 0, 1) >>> 12).toBe(0x23400);
  });

  it('of Arm has bit 1 set as a page, clear as a block', () => {
    const { format } = modeNamed('armv8-4k-48');
    expect([format.leafLo(8, 0, 1) & 3, format.leafLo(512, 0, 2) & 3]).toEqual([3, 1]);
  });
});

describe('a mode that does not exist', () => {
  it.each([
    ['x86-46', "did you mean 'x86-64'?"],
    ['sparc-v9-something', 'the modes are x86-32, pae, x86-64, la57, sv32'],
  ])('%s is refused with what to write instead', (name, remedy) => {
    try {
      modeNamed(name);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toBe(`no paging mode is called '${name}'`);
      expect((error as InputError).remedy).toContain(remedy.slice(0, 14));
    }
  });
});
