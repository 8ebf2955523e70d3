import { runScenario } from './scenario-run.ts';
import { runTlb } from './tlb-run.ts';

const PAGES = 512;
export const STLB_ENTRIES = 64;

/** A mapping and what is done with it: pages first, first + step, ... written at first, others while a child is alive. */
export interface Region {
  readonly name: string;
  /** 2 MiB each. */
  readonly hugePages: number;
  readonly touchStep: number;
  readonly forked: boolean;
  /** While the child is alive the parent writes every such page; 0: none. */
  readonly cowStep: number;
  /** Times that the touched pages are read in order, over and over. */
  readonly laps: number;
}

/** What happens, counted on the kernel layer and on a TLB table. */
export interface Counts {
  readonly faults: number;
  readonly hugeFaults: number;
  readonly forkPages: number;
  readonly forkHuge: number;
  readonly copies: number;
  readonly splits: number;
  readonly walks: number;
  readonly memory: number;
}

const known = new Map<string, Counts>();

/** Kinds are few, and counting one takes a thousand accesses: each is counted once. */
export function counted(region: Region, huge: boolean): Counts {
  const key = JSON.stringify([{ ...region, name: '' }, huge]);
  let counts = known.get(key);
  if (!counts) {
    counts = count(region, huge);
    known.set(key, counts);
  }
  return counts;
}

function count({ hugePages, touchStep, forked, cowStep, laps }: Region, huge: boolean): Counts {
  const pages = hugePages * PAGES;
  const every = (step: number, from: string) =>
    Array.from({ length: Math.ceil(pages / step) }, (_, i) => `1 w A+${i * step}p ${from}`);
  const first = [
    `1 mmap A ${pages} prot=rw flags=private,anon${huge ? ',thp' : ''}`,
    ...every(touchStep, '1'),
  ];
  const second = forked ? ['1 fork 2', ...every(cowStep, '2')] : [];
  const { kernel } = runScenario([...first, ...second]).machine;
  const { counters } = kernel.state;
  const byKind = counters.faultsByKind;
  const splitPages = new Set(
    forked ? every(cowStep, '2').map((_line, i) => Math.floor((i * cowStep) / PAGES)) : [],
  );
  // Pages of the reading loop as the TLB sees them: by 2 MiB where huge pages are whole.
  const touched = Array.from({ length: Math.ceil(pages / touchStep) }, (_, i) => i * touchStep);
  const entries = touched.map((index) =>
    huge && !splitPages.has(Math.floor(index / PAGES)) ? pages + Math.floor(index / PAGES) : index,
  );
  const memory = runScenario(first).machine.kernel.process(1).mm.resident * 4;
  return {
    faults: byKind.demandZero,
    hugeFaults: byKind.hugeDemandZero,
    forkPages: counters.ptesCopied,
    forkHuge: counters.hugePtesCopied,
    // The fault that splits a huge page copies 4 KiB as well: it has a price of its own.
    copies: byKind.cowCopy - counters.hugeSplits,
    splits: counters.hugeSplits,
    walks: walksOf(entries, laps),
    memory,
  };
}

/** STLB misses of a loop: the first lap on a TLB table, the second says what all others do. */
function walksOf(entries: readonly number[], laps: number): number {
  const once = runTlb({ sets: 1, ways: STLB_ENTRIES, replacement: 'lru' }, entries).misses;
  const twice = runTlb({ sets: 1, ways: STLB_ENTRIES, replacement: 'lru' }, [...entries, ...entries]).misses;
  return once + (laps - 1) * (twice - once);
}
