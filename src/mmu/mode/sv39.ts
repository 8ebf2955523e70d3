import type { PagingMode } from './mode.ts';
import { RISCV64_FORMAT } from './riscv-format.ts';

/** Sv39 (RISC-V privileged manual, "Sv39"): three levels, leaves of 4 KiB, 2 MiB and 1 GiB. */
export const SV39: PagingMode = {
  name: 'sv39',
  family: 'riscv',
  levels: 3,
  indexBits: [9, 9, 9],
  pteBytes: 8,
  vaBits: 39,
  canonical: true,
  leafLevels: [1, 2, 3],
  format: RISCV64_FORMAT,
};
