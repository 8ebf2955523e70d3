import type { PagingMode } from './mode.ts';
import { RISCV64_FORMAT } from './riscv-format.ts';

/** Sv57 (RISC-V privileged manual, "Sv57"): Sv48 with a fifth level and 256 TiB leaves. */
export const SV57: PagingMode = {
  name: 'sv57',
  family: 'riscv',
  levels: 5,
  indexBits: [9, 9, 9, 9, 9],
  pteBytes: 8,
  vaBits: 57,
  canonical: true,
  leafLevels: [1, 2, 3, 4, 5],
  format: RISCV64_FORMAT,
};
