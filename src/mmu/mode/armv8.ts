import { ARM_FORMAT } from './arm-format.ts';
import type { PagingMode } from './mode.ts';

/**
 * Armv8-A EL1&0 stage 1 through TTBR0, 4 KiB granule (Arm ARM, "VMSAv8-64 address translation"). Arm numbers its lookup
 * levels from 0 down to 3: those are levels 4 to 1 here. Blocks of 2 MiB and 1 GiB.
 */
const GRANULE_4K = {
  family: 'arm',
  pteBytes: 8,
  canonical: true,
  lowerHalf: true,
  leafLevels: [1, 2, 3],
  format: ARM_FORMAT,
} as const;

/** TCR.T0SZ = 16: 48-bit addresses. */
export const ARMV8_4K_48: PagingMode = {
  ...GRANULE_4K,
  name: 'armv8-4k-48',
  levels: 4,
  indexBits: [9, 9, 9, 9],
  vaBits: 48,
};

/** TCR.T0SZ = 25: 39-bit addresses, three levels. */
export const ARMV8_4K_39: PagingMode = {
  ...GRANULE_4K,
  name: 'armv8-4k-39',
  levels: 3,
  indexBits: [9, 9, 9],
  vaBits: 39,
};
