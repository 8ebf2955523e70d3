import type {
  Cache,
  Machine,
  RiscvPaging,
  SecondLevelTlb,
  Tlb,
  TlbArray,
  Tlbs,
  X86Paging,
} from './machine.ts';
import type { MachineInput } from './schema.ts';

type TlbInput = MachineInput['tlb']['itlb'];
type ArrayInput = TlbInput['arrays'][number];
type StlbInput = NonNullable<MachineInput['tlb']['stlb']>;

/**
 * Fills in what a machine file left out. The defaults make the plainest machine: one access a cycle, blocking, one
 * walker, no paging-structure caches, no caches, memory for nothing. Geometry that makes no sense (`ways` of 0, or
 * entries that do not divide) comes out as a NaN, a fraction or a 0, for check.ts to explain.
 */
export function complete(input: MachineInput): Machine {
  const paging = completePaging(input.paging);
  return {
    name: input.name ?? 'unnamed',
    description: input.description ?? '',
    paging,
    core: { frequencyGHz: 1, issueWidth: 1, window: 1, ...input.core },
    tlb: completeTlbs(input.tlb),
    permissionMiss: input.permissionMiss ?? 'rewalk',
    dirty: {
      action: paging.family === 'riscv' && !paging.controls.adue ? 'fault' : 'rewalk',
      cycles: 0,
      ...input.dirty,
    },
    psc: { latency: input.psc?.latency ?? 0, levels: presentOnly(input.psc?.levels ?? {}) },
    walkers: { count: 1, mshrs: input.walkers?.count ?? 1, adUpdate: 0, ...input.walkers },
    caches: (input.caches ?? []).map(completeCache),
    dram: { latency: input.dram?.latency ?? 0 },
    dataThroughCaches: input.dataThroughCaches ?? false,
    pteThroughCaches: input.pteThroughCaches ?? true,
    pteLatency: input.pteLatency ?? 0,
    pageCrossing: input.pageCrossing ?? 'both',
    kernel: {
      memoryBytes: bytesOf(input.kernel?.memoryBytes ?? '4G'),
      faultCycles: input.kernel?.faultCycles ?? 0,
      frameOrder: input.kernel?.frameOrder ?? 'sequential',
      seed: input.kernel?.seed ?? 1,
    },
  };
}

function completePaging(input: MachineInput['paging']): X86Paging | RiscvPaging {
  const pageSize = input.pageSize ?? '4K';
  switch (input.mode) {
    case 'x86-64':
    case 'la57':
      return {
        family: 'x86',
        mode: input.mode,
        pageSize,
        controls: {
          maxphyaddr: 46,
          nxe: true,
          wp: true,
          smep: true,
          smap: true,
          pge: true,
          pke: false,
          pks: false,
          pdpe1gb: true,
          ...input.controls,
        },
      };
    default:
      return {
        family: 'riscv',
        mode: input.mode,
        pageSize,
        controls: { adue: false, svnapot: false, svpbmt: false, sum: false, mxr: false, ...input.controls },
      };
  }
}

function completeTlbs(input: MachineInput['tlb']): Tlbs {
  return {
    asids: input.asids ?? 0,
    itlb: completeTlb(input.itlb),
    dtlb: completeTlb(input.dtlb),
    storeTlb: input.storeTlb ? completeTlb(input.storeTlb) : null,
    stlb: input.stlb ? completeStlb(input.stlb) : null,
  };
}

function completeTlb(input: TlbInput): Tlb {
  return {
    latency: input.latency ?? 0,
    fillOnMiss: input.fillOnMiss ?? true,
    arrays: input.arrays.map(completeArray),
  };
}

function completeStlb(input: StlbInput): SecondLevelTlb {
  return { ...completeTlb(input), inclusive: input.inclusive ?? false };
}

/** Two of sets, ways and entries give the third; `fullyAssociative` is one set. */
function completeArray(input: ArrayInput): TlbArray {
  const full = input.fullyAssociative === true;
  const entries = input.entries ?? (input.sets ?? Number.NaN) * (input.ways ?? Number.NaN);
  const ways = full ? entries : (input.ways ?? entries / (input.sets ?? Number.NaN));
  return {
    sizes: input.sizes,
    sets: full ? 1 : (input.sets ?? entries / ways),
    ways,
    index: input.index ?? 'mask',
    replacement: input.replacement ?? 'lru',
    seed: input.seed ?? 1,
  };
}

function completeCache(input: NonNullable<MachineInput['caches']>[number]): Cache {
  const { name, bytes, ways, line = 64, latency } = input;
  return { name, bytes: bytesOf(bytes), ways, line, latency };
}

const UNIT_SHIFT: Record<string, number> = { K: 10, M: 20, G: 30, T: 40 };

/** `32K` and the like as bytes; numbers pass. */
export function bytesOf(text: number | string): number {
  if (typeof text === 'number') return text;
  return Number.parseFloat(text) * 2 ** (UNIT_SHIFT[text.at(-1)!] ?? 0);
}

/** A level set to null is one that the base had and this machine has not. */
function presentOnly<Value>(record: Record<string, Value | null | undefined>): Record<string, Value> {
  const present: Record<string, Value> = {};
  for (const [key, value] of Object.entries(record)) if (value != null) present[key] = value;
  return present;
}
