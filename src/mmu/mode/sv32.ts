import type { PagingMode } from './mode.ts';
import { RISCV32_FORMAT } from './riscv-format.ts';

/** Sv32 (RISC-V privileged manual, "Sv32"): two levels of 1,024 entries, 4 KiB pages and 4 MiB megapages. */
export const SV32: PagingMode = {
  name: 'sv32',
  family: 'riscv',
  levels: 2,
  indexBits: [10, 10],
  pteBytes: 4,
  vaBits: 32,
  canonical: false,
  leafLevels: [1, 2],
  format: RISCV32_FORMAT,
};
