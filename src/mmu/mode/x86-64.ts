import type { PagingMode } from './mode.ts';
import { X86_FORMAT } from './x86-format.ts';

/** 4-level paging of x86-64 (SDM vol. 3A, "4-level paging and 5-level paging"): PML4, PDPT, PD, PT; leaves of 4 KiB, 2 MiB and 1 GiB. */
export const X86_64: PagingMode = {
  name: 'x86-64',
  family: 'x86',
  levels: 4,
  indexBits: [9, 9, 9, 9],
  pteBytes: 8,
  vaBits: 48,
  canonical: true,
  leafLevels: [1, 2, 3],
  format: X86_FORMAT,
};
