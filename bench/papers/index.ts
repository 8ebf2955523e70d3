import { bgsave } from './bgsave.ts';
import { firstWrites } from './first-writes.ts';
import { forkEntries } from './fork-entries.ts';
import { forkSlope } from './fork-slope.ts';
import { fuzzing } from './fuzzing.ts';
import { hugePageCow } from './huge-page-cow.ts';
import { pageTableBytes } from './page-table-bytes.ts';
import type { Reproduction } from './reproduction.ts';
import { tableSharing } from './table-sharing.ts';

/** In the order of docs/reproductions.md: what can be checked best comes first. */
export const REPRODUCTIONS: readonly Reproduction[] = [
  pageTableBytes,
  forkEntries,
  hugePageCow,
  forkSlope,
  tableSharing,
  firstWrites,
  fuzzing,
  bgsave,
];
