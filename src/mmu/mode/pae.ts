import type { PagingMode } from './mode.ts';
import { X86_FORMAT } from './x86-format.ts';

/**
 * PAE paging (SDM vol. 3A, "PAE paging"): 32-bit addresses through 8-byte entries; four PDPTEs, 512-entry tables, leaves of
 * 4 KiB and 2 MiB. The PDPTEs are read from memory in each walk; a processor keeps them in registers from the load
 * of CR3 on (pdpte.ts makes the checks of that load).
 */
export const PAE: PagingMode = {
  name: 'pae',
  family: 'x86',
  levels: 3,
  indexBits: [9, 9, 2],
  pteBytes: 8,
  vaBits: 32,
  canonical: false,
  leafLevels: [1, 2],
  format: X86_FORMAT,
};
