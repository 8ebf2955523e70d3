import { sizeName } from '../../core/attributes.ts';
import type { PagingMode } from '../../mmu/mode/mode.ts';
import type { SizeClass } from './machine.ts';

/** Page sizes that leaves of a mode can have, smallest first; RISC-V's 64 KiB NAPOT pages are one of them. */
export function sizesOf(mode: PagingMode): SizeClass[] {
  const shifts = mode.leafLevels.map((level) =>
    mode.indexBits.slice(0, level - 1).reduce((sum, bits) => sum + bits, 0),
  );
  if (mode.family === 'riscv' && mode.pteBytes === 8) shifts.push(NAPOT_64K_SHIFT);
  return shifts.sort((a, b) => a - b).map((shift) => sizeName(shift) as SizeClass);
}

export function isSizeOf(size: SizeClass, mode: PagingMode): boolean {
  return sizesOf(mode).includes(size);
}

const NAPOT_64K_SHIFT = 4;
