import { sizeName } from '../core/attributes.ts';
import type { CostPreset } from '../kernel/cost/preset.ts';
import type { TraceSource } from '../trace/source.ts';
import { accessesIn } from './counts.ts';
import {
  type CostsUsed,
  RESULT_VERSION,
  type RunResult,
  type TlbCounts,
  type TraceCounts,
  type WalkCounts,
} from './result.ts';
import type { Simulation } from './run.ts';

/**
 * Makes the result of a finished run: the one place where counters become names.
 * @param version of the package
 */
export async function collect(run: Simulation, source: TraceSource, version: string): Promise<RunResult> {
  const { machine, hardware, kernel, ledger, counts } = run;
  const accesses = accessesIn(counts);
  const total = run.totalCycles;
  return {
    pagewalk: { version, result: RESULT_VERSION },
    trace: {
      path: source.info.path,
      format: source.info.format,
      sha256: await source.sha256(),
      accesses,
      ...counts,
      events: run.events,
      processes: run.pids.size,
      warmup: run.warmedUp,
      ...nativeFaults(source),
    },
    machine,
    kernel: {
      name: kernel.name,
      ...(kernel.policy !== undefined && { policy: kernel.policy }),
      ...(kernel.costs && { costs: costsUsed(kernel.costs) }),
    },
    cycles: {
      total,
      perAccess: accesses === 0 ? 0 : total / accesses,
      ledger: ledger.lines(),
      hidden: hiddenLines(run),
    },
    tlb: tlbCounts(run, counts.fetches || accesses),
    walks: walkCounts(run),
    caches: Object.fromEntries(
      hardware.dataCaches.caches.map(({ geometry, hits, misses }) => [geometry.name, { hits, misses }]),
    ),
    faults: { ...kernel.faults(), signals: run.cpu.signals },
    forks: kernel.forks(),
    memory: kernel.memory(),
    processes: kernel.processes(),
  };
}

function costsUsed({ name, frequencyGHz, provenance }: CostPreset): CostsUsed {
  return { name, frequencyGHz, ...(provenance && { provenance }) };
}

function nativeFaults({ info: { properties } }: TraceSource): Pick<TraceCounts, 'native'> {
  const { 'native.minflt': minflt, 'native.majflt': majflt } = properties;
  return minflt === undefined || majflt === undefined
    ? {}
    : { native: { minflt: Number(minflt), majflt: Number(majflt) } };
}

function hiddenLines({ ledger, window }: Simulation): Record<string, number> {
  const names = ledger.names();
  return Object.fromEntries(
    names.map((name, id) => [name, window.hidden[id]!]).filter(([, cycles]) => cycles !== 0),
  );
}

function tlbCounts({ hardware }: Simulation, instructions: number): Record<string, TlbCounts> {
  return Object.fromEntries(
    hardware.tlbs.all.map(({ name, lookups, misses, evictions, invalidations }) => {
      const mpki = instructions === 0 ? 0 : (misses * 1000) / instructions;
      return [name, { lookups, hits: lookups - misses, misses, evictions, invalidations, mpki }];
    }),
  );
}

function walkCounts({ hardware }: Simulation): WalkCounts {
  const { mmu, mode, caches, psc } = hardware;
  const { counters } = mmu;
  const bySize: Record<string, number> = {};
  for (const [shift, count] of mmu.walksBySize.entries()) if (count > 0) bySize[sizeName(shift)] = count;
  const byLevel: Record<string, Record<string, number>> = {};
  for (let level = mode.levels; level >= 1; level--) {
    const reads: Record<string, number> = {};
    for (const [cache, name] of caches.names.entries()) {
      const count = mmu.readsBy[level * mmu.caches + cache]!;
      if (count > 0) reads[name] = count;
    }
    if (Object.keys(reads).length > 0) byLevel[`L${level}`] = reads;
  }
  return {
    count: counters.count,
    faulted: counters.faulted,
    steps: counters.reads,
    cycles: counters.cycles,
    queued: counters.queued,
    bySize,
    byLevel,
    adUpdates: counters.adWrites,
    dirtyAssists: counters.assists,
    psc: Object.fromEntries(
      (psc?.levels ?? []).map(({ level, hits, misses }) => [`L${level}`, { hits, misses }]),
    ),
  };
}
