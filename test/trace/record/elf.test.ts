import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpreterLine, parseElf } from '../../../src/trace/record/elf.ts';

/** A 64-bit ELF file of the given type with one PT_INTERP and the given PT_LOADs (vaddr, offset, filesz, memsz, flags). */
function elf(type: number, loads: readonly (readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, type, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, loads.length + 1, true);
  const interpreter = new TextEncoder().encode('/lib64/ld.so\0');
  bytes.set(interpreter, 900);
  const header = (
    at: number,
    kind: number,
    [vaddr = 0, offset = 0, filesz = 0, memsz = 0, flags = 0]: readonly number[],
  ) => {
    view.setUint32(at, kind, true);
    view.setUint32(at + 4, flags, true);
    for (const [i, value] of [offset, vaddr, 0, filesz, memsz].entries())
      view.setBigUint64(at + 8 + 8 * i, BigInt(value), true);
  };
  header(64, 3, [0, 900, interpreter.length]);
  for (const [i, load] of loads.entries()) header(64 + 56 * (i + 1), 1, load);
  return bytes;
}

describe('an executable', () => {
  it('has its segments, their rights and its loader', () => {
    const file = elf(3, [
      [0x1000, 0x1000, 0x15d, 0x15d, 5],
      [0x3dd0, 0x2dd0, 0x248, 0x250, 6],
    ]);
    expect(parseElf(file)).toEqual({
      relocatable: true,
      interpreter: '/lib64/ld.so',
      segments: [
        { vaddr: 0x1000, fileOffset: 0x1000, fileBytes: 0x15d, memoryBytes: 0x15d, prot: 'rx' },
        { vaddr: 0x3dd0, fileOffset: 0x2dd0, fileBytes: 0x248, memoryBytes: 0x250, prot: 'rw' },
      ],
    });
    expect(parseElf(elf(2, []))!.relocatable).toBe(false);
  });

  it('that is cut off, of another kind or damaged is none, and never an error', () => {
    const file = elf(3, [[0x1000, 0x1000, 0x15d, 0x15d, 5]]);
    for (let end = 0; end < 176; end++) expect(parseElf(file.slice(0, end))).toBeNull();
    expect(parseElf(elf(1, []))).toBeNull();
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (at, value) => {
        const damaged = file.slice();
        damaged[at] = value;
        parseElf(damaged);
      }),
    );
  });

  it('may be a script with an interpreter', () => {
    expect(interpreterLine(new TextEncoder().encode('#! /usr/bin/env python3\nprint()'))).toBe(
      '/usr/bin/env',
    );
    expect(interpreterLine(new TextEncoder().encode('print()'))).toBeNull();
  });
});
