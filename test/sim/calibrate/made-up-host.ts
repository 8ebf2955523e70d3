import type { FigureName } from '../../../src/sim/calibrate/figures.ts';
import type { FittedPhase, HostCosts } from '../../../src/sim/calibrate/host-costs.ts';
import type { CacheLevel } from '../../../src/sim/calibrate/phase.ts';
import type { PhaseName } from '../../../src/sim/calibrate/phases.ts';

/** A host whose costs are round numbers, so that tests can compute with them by hand. Times in ns, caches in bytes. */
export function madeUpHost(): HostCosts {
  const figures: Record<FigureName, number> = {
    syscall: 50,
    zeroPage: 300,
    demandZero: 600,
    cowZero: 700,
    cowCopy: 850,
    cowReuse: 320,
    sharedAnon: 800,
    tmpfsReadAround: 960,
    tmpfsRead: 450,
    tmpfsWrite: 400,
    diskReadAround: 1000,
    diskRead: 500,
    diskMkwrite: 550,
    diskPrivateWrite: 900,
    diskCow: 950,
    hugeZeroPage: 400,
    hugeDemandZero: 70_000,
    hugeCowSplit: 5_000,
    hugeCowNext: 850,
    hugeReuse: 330,
    protectOne: 400,
    protectSame: 150,
    protect8: 750,
    protect32: 1_950,
    protect34: 1_200,
    munmapOne: 1_200,
    dontneedOne: 500,
    clearWarm: 30,
    clearFaulted: 100,
    clearCold: 150,
    copyWarm: 40,
    copyFaulted: 220,
    copyCold: 260,
  };
  const phases: Record<PhaseName, FittedPhase> = {
    fork: phase(20_000, 25, 0),
    forkProtected: phase(18_000, 15, 0),
    forkScattered: phase(20_000, 25, 80, 'l2', 64),
    forkTable: phase(20_000, 650, 0),
    forkHuge: phase(20_000, 325, 0),
    exitShared: phase(15_000, 20, 0),
    exitOwned: phase(15_000, 55, 0),
    exitHuge: phase(15_000, 150, 0),
    cowCopy: phase(0, 700, 400, 'llc', 8192),
    cowCopyScattered: phase(0, 800, 400, 'llc', 8192),
    cowReuse: phase(0, 320, 0),
    store: phase(0, 8, 10, 'l2', 64),
    populate: phase(500, 220, 100),
    populateRead: phase(300, 80, 0),
    protect: phase(400, 15, 0),
    dontneed: phase(400, 50, 0),
    munmap: phase(1_000, 60, 0),
  };
  return {
    caches: { l2: 1 << 20, llc: 8 << 20 },
    phases,
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, ns]) => [name, { ns, spread: 0.01, count: 10 }]),
    ),
    majorFault: { ns: 20_000, spread: 0.1, count: 10 },
  };
}

function phase(
  fixed: number,
  hot: number,
  cold: number,
  level: CacheLevel = 'llc',
  bytesPerPage = 64,
): FittedPhase {
  return { fixed, hot, cold, level, bytesPerPage, residual: 0.02, spread: 0.01, points: [] };
}
