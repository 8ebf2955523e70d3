import { modeNamed } from '../../mmu/mode/index.ts';
import { cacheProblems, tlbProblems } from './check-geometry.ts';
import type { Machine } from './machine.ts';
import type { Problem } from './problem.ts';
import { isSizeOf, sizesOf } from './sizes.ts';

/** Everything that keeps a completed machine from being built, in the order of its keys; empty = it can be. */
export function* machineProblems(machine: Machine): Iterable<Problem> {
  yield* pagingProblems(machine);
  yield* tlbsProblems(machine);
  yield* dirtyProblems(machine);
  yield* walkProblems(machine);
  yield* cacheProblems(machine.caches, machine.dram.latency);
  yield* memoryProblems(machine);
}

function* pagingProblems({ paging }: Machine): Iterable<Problem> {
  const mode = modeNamed(paging.mode);
  if (!isSizeOf(paging.pageSize, mode))
    yield {
      path: 'paging.pageSize',
      message: `${mode.name} has no ${paging.pageSize} pages`,
      remedy: `its sizes are ${sizesOf(mode).join(', ')}`,
    };
  const { controls } = paging;
  if (paging.pageSize === '1G' && 'pdpe1gb' in controls && !controls.pdpe1gb)
    yield {
      path: 'paging.pageSize',
      message: '1 GiB pages are switched off by paging.controls.pdpe1gb',
      remedy: 'set it to true, or use 2M',
    };
  if (paging.pageSize === '64K' && 'svnapot' in controls && !controls.svnapot)
    yield {
      path: 'paging.pageSize',
      message: '64 KiB pages need Svnapot',
      remedy: 'set paging.controls.svnapot to true, or use 4K',
    };
}

function* tlbsProblems({ tlb, paging }: Machine): Iterable<Problem> {
  const mode = modeNamed(paging.mode);
  for (const name of ['itlb', 'dtlb', 'storeTlb', 'stlb'] as const) {
    const one = tlb[name];
    if (one) yield* tlbProblems(one, `tlb.${name}`, mode, paging.pageSize);
  }
}

/** Who sets the dirty bit is the architecture's choice: x86 always in hardware, RISC-V by menvcfg.ADUE. */
function* dirtyProblems({ paging, dirty }: Machine): Iterable<Problem> {
  const faults = paging.family === 'riscv' && !paging.controls.adue;
  if (faults === (dirty.action === 'fault')) return;
  const because =
    paging.family === 'x86' ? 'x86 hardware sets D itself' : `paging.controls.adue is ${!faults}`;
  yield {
    path: 'dirty.action',
    message: `a store to a clean page cannot '${dirty.action}': ${because}`,
    remedy: faults ? 'use dirty.action: fault' : 'use dirty.action: assist or rewalk',
  };
}

function* walkProblems({ paging, psc, walkers }: Machine): Iterable<Problem> {
  const mode = modeNamed(paging.mode);
  for (const [level, { sets, ways }] of Object.entries(psc.levels)) {
    if (Number(level) > mode.levels)
      yield {
        path: `psc.levels.${level}`,
        message: `${mode.name} has ${mode.levels} levels, so no entry of level ${level} can be cached`,
        remedy: `levels 2 to ${mode.levels} hold pointers to further tables`,
      };
    if (sets < 1 || ways < 1)
      yield {
        path: `psc.levels.${level}.${sets < 1 ? 'sets' : 'ways'}`,
        message: 'a paging-structure cache of 0 entries holds nothing',
        remedy: 'leave the level out, or use 1 or more',
      };
  }
  if (walkers.count < 1)
    yield {
      path: 'walkers.count',
      message: 'with 0 walkers no TLB miss ever ends',
      remedy: 'use 1 or more',
    };
  else if (walkers.mshrs < walkers.count)
    yield {
      path: 'walkers.mshrs',
      message: `${walkers.count} walkers can never be busy with ${walkers.mshrs} outstanding misses`,
      remedy: 'use at least as many mshrs as walkers',
    };
}

/** 2^52: frames are numbered in 40 bits (core/addr.ts). */
const FRAME_LIMIT_BITS = 52;
const LEAST_MEMORY = 65536;

function* memoryProblems({ paging, kernel }: Machine): Iterable<Problem> {
  const bits =
    paging.family === 'x86' ? paging.controls.maxphyaddr : paging.mode === 'sv32' ? 34 : FRAME_LIMIT_BITS;
  const { memoryBytes } = kernel;
  if (memoryBytes > 2 ** bits)
    yield {
      path: 'kernel.memoryBytes',
      message: `${memoryBytes} bytes do not fit ${bits}-bit physical addresses`,
      remedy: `use at most ${2 ** bits}${paging.family === 'x86' ? ', or a larger maxphyaddr' : ''}`,
    };
  else if (memoryBytes < LEAST_MEMORY || memoryBytes % 4096 !== 0)
    yield {
      path: 'kernel.memoryBytes',
      message: `${memoryBytes} bytes of physical memory`,
      remedy: `use a multiple of 4096 from ${LEAST_MEMORY} up`,
    };
}
