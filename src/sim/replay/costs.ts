import { LINUX_6_18_COSTS, MEASURED_GHZ } from '../../kernel/cost/linux-6.18.ts';
import type { PartCosts } from '../../kernel/cost/parts.ts';
import { scaleCosts } from '../../kernel/cost/scale.ts';
import type { Machine } from '../machine/machine.ts';

/** The machine that is small enough to follow by hand; its kernel is priced likewise. */
const LAB_MACHINE = 'lab-tiny';

/** What kernel work costs on a machine of the page: as measured, at its clock; on the lab's machine the lab's prices. */
export function costsFor({ name, core }: Machine): PartCosts {
  return name === LAB_MACHINE ? LAB_COSTS : scaleCosts(LINUX_6_18_COSTS, core.frequencyGHz / MEASURED_GHZ);
}

/** Cycles, small and round, chosen to be followed by hand, in the order of size of real costs; of no real machine. */
const LAB_COSTS: PartCosts = {
  exception: 50,
  syscall: 20,
  vmaLookup: 5,
  tableWalk: 4,
  tableAllocate: 30,
  pteWrite: 2,
  reuseCheck: 2,
  cowSetup: 5,
  allocate: 20,
  zero: 40,
  copy: 80,
  free: 10,
  refcount: 2,
  pageCache: 5,
  pageCacheInsert: 10,
  faultAround: 3,
  fileSystem: 10,
  mkwrite: 30,
  io: 1000,
  hugeAllocate: 100,
  hugeZero: 20000,
  hugeSplit: 200,
  hugePte: 4,
  hugeCopy: 40000,
  flushPage: 10,
  flushFull: 20,
  vmaEdit: 20,
  unmapBase: 20,
  gup: 5,
  forkBase: 200,
  forkPte: 4,
  forkHuge: 8,
  exitBase: 100,
  zapPte: 4,
  zapHuge: 8,
  protectPte: 3,
  movePte: 4,
  reclaimScan: 5,
  swap: 500,
};
