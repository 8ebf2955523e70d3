import type { PagingMode } from './mode.ts';
import { X86_FORMAT } from './x86-format.ts';

/** 5-level paging of x86-64 (CR4.LA57 = 1; SDM vol. 3A, "4-level paging and 5-level paging"): a PML5 above the four tables of x86-64. */
export const LA57: PagingMode = {
  name: 'la57',
  family: 'x86',
  levels: 5,
  indexBits: [9, 9, 9, 9, 9],
  pteBytes: 8,
  vaBits: 57,
  canonical: true,
  leafLevels: [1, 2, 3],
  format: X86_FORMAT,
};
