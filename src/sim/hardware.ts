import { type Arena, HOST_MEMORY } from '../core/arena.ts';
import { sizeShiftNamed } from '../core/attributes.ts';
import type { Ledger } from '../core/ledger.ts';
import type { RegionTable } from '../core/regions.ts';
import { Dram } from '../memory/dram.ts';
import { CacheHierarchy } from '../memory/hierarchy.ts';
import { PhysicalMemory } from '../memory/physical.ts';
import { Mmu } from '../mmu/mmu.ts';
import { modeNamed } from '../mmu/mode/index.ts';
import type { PagingMode } from '../mmu/mode/mode.ts';
import { PagingStructureCaches } from '../mmu/psc.ts';
import type { Controls } from '../mmu/rules/controls.ts';
import { rulesFor } from '../mmu/rules/index.ts';
import { Walker } from '../mmu/walker.ts';
import { WalkerPool } from '../mmu/walker-pool.ts';
import { TlbHierarchy } from '../tlb/hierarchy.ts';
import type { TlbConfig } from '../tlb/tlb.ts';
import { DataSide } from './data-side.ts';
import type { Cache, Machine, Tlb } from './machine/machine.ts';

/** The parts of one core, put together from a machine's description. */
export interface Hardware {
  readonly mode: PagingMode;
  readonly memory: PhysicalMemory;
  /** What PTE reads go through: the data caches, or none of them. */
  readonly caches: CacheHierarchy;
  /** The machine's data caches; the same object where PTE reads use them. */
  readonly dataCaches: CacheHierarchy;
  readonly psc: PagingStructureCaches | null;
  readonly tlbs: TlbHierarchy;
  readonly mmu: Mmu;
  /** null when the machine sends only PTE reads through its caches. */
  readonly data: DataSide | null;
}

/**
 * Builds the hardware of a machine.
 * @param regions of the trace to come: keys of pages are made with its numbers
 * @param memory that the tables are in: empty, or what something else has made already
 * @param arena that its arrays come from
 */
export function buildHardware(
  machine: Machine,
  regions: RegionTable,
  ledger: Ledger,
  memory?: PhysicalMemory,
  arena: Arena = HOST_MEMORY,
): Hardware {
  const mode = modeNamed(machine.paging.mode);
  const tables = memory ?? new PhysicalMemory(arena);
  const dataCaches = cachesOf(machine, machine.caches, machine.dram.latency, arena);
  const caches = machine.pteThroughCaches ? dataCaches : cachesOf(machine, [], machine.pteLatency, arena);
  const psc = pscOf(machine, mode, arena);
  const walker = new Walker(rulesFor(mode, controlsOf(machine)), {
    memory: tables,
    caches,
    psc,
    memoryMap: null,
    adUpdate: machine.walkers.adUpdate,
  });
  const { tlb } = machine;
  const tlbs = new TlbHierarchy(
    {
      itlb: tlbConfig('ITLB', tlb.itlb),
      dtlb: tlbConfig('DTLB', tlb.dtlb),
      storeTlb: tlb.storeTlb ? tlbConfig('STORE-TLB', tlb.storeTlb) : undefined,
      stlb: tlb.stlb ? tlbConfig('STLB', tlb.stlb) : undefined,
      inclusive: tlb.stlb?.inclusive ?? false,
    },
    regions,
    arena,
  );
  const { count, mshrs } = machine.walkers;
  const mmu = new Mmu(
    { tlbs, walker, pool: new WalkerPool(count, mshrs, arena), psc },
    {
      permissionMiss: machine.permissionMiss,
      dirty: machine.dirty,
      cacheNames: caches.names,
      levels: mode.levels,
      adUpdate: machine.walkers.adUpdate,
    },
    ledger,
    arena,
  );
  const data = machine.dataThroughCaches ? new DataSide(dataCaches, ledger) : null;
  return { mode, memory: tables, caches, dataCaches, psc, tlbs, mmu, data };
}

/** Caches with memory behind them; none, with memory at `pteLatency`, where a PTE read always costs the same. */
function cachesOf(
  { kernel }: Machine,
  caches: readonly Cache[],
  latency: number,
  arena: Arena,
): CacheHierarchy {
  const physicalBits = Math.ceil(Math.log2(kernel.memoryBytes)) + 1;
  return new CacheHierarchy(caches, new Dram(latency), physicalBits, arena);
}

function pscOf(machine: Machine, mode: PagingMode, arena: Arena): PagingStructureCaches | null {
  const { levels, latency } = machine.psc;
  if (Object.keys(levels).length === 0) return null;
  const pageInvalidates = mode.family === 'x86' ? 'asid' : 'path';
  return new PagingStructureCaches(mode, { levels, latency, pageInvalidates }, arena);
}

/** Control bits as user code runs: the machine's, with what only software changes at its reset value. */
function controlsOf(machine: Machine): Controls {
  const { paging } = machine;
  return paging.family === 'x86'
    ? { family: 'x86', ...paging.controls, ac: false, pkru: 0, pkrs: 0 }
    : { family: 'riscv', ...paging.controls, svrsw60t59b: false };
}

function tlbConfig(name: string, { latency, fillOnMiss, arrays }: Tlb): TlbConfig {
  return {
    name,
    latency,
    fillOnMiss,
    arrays: arrays.map(({ sizes, sets, ways, replacement, seed }) => ({
      shifts: sizes.map(sizeShiftNamed),
      sets,
      ways,
      replacement,
      seed,
    })),
  };
}
