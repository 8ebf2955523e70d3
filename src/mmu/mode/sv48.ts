import type { PagingMode } from './mode.ts';
import { RISCV64_FORMAT } from './riscv-format.ts';

/** Sv48 (RISC-V privileged manual, "Sv48"): Sv39 with a fourth level and 512 GiB leaves. */
export const SV48: PagingMode = {
  name: 'sv48',
  family: 'riscv',
  levels: 4,
  indexBits: [9, 9, 9, 9],
  pteBytes: 8,
  vaBits: 48,
  canonical: true,
  leafLevels: [1, 2, 3, 4],
  format: RISCV64_FORMAT,
};
