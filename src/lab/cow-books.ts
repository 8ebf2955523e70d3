import { findPte } from '../kernel/pagetable/ptes.ts';
import { LINUX_6_18 } from '../kernel/policy/policy.ts';
import { pageAt } from '../kernel/proc/pagemap.ts';
import { ScenarioMachine } from '../sim/scenario/machine.ts';
import { RegionPlan } from '../sim/scenario/regions.ts';

/** Which rule lets a write keep a frame (kernel/policy). */
export type Reuse = 'mapcount' | 'refcount' | 'exclusive';

/** One operation of the ledger's processes. */
export type LedgerOp =
  | { readonly op: 'w'; readonly pid: number; readonly page: number }
  | { readonly op: 'fork'; readonly pid: number; readonly child: number }
  | { readonly op: 'exit'; readonly pid: number }
  | { readonly op: 'pin'; readonly pid: number; readonly page: number };

/** What the books are kept of. */
export interface LedgerProgram {
  readonly reuse: Reuse;
  readonly ops: readonly LedgerOp[];
}

/** The books at the end, and what each write did on the way. */
export interface Ledger {
  readonly acts: readonly string[];
  /** For each live process, by PID, and each of its pages: the frame, and whether the entry is writable. */
  readonly frames: readonly number[];
  readonly writable: readonly boolean[];
  /** By frame, in the order of first use. */
  readonly mapcounts: readonly number[];
}

export const LEDGER_PAGES = 2;

/** Keeps the books with the kernel layer: frames, counts and W bits are read from its tables. */
export function keepBooks({ reuse, ops }: LedgerProgram): Ledger {
  const machine = new ScenarioMachine({ policy: { ...LINUX_6_18, reuse } });
  const { kernel } = machine;
  const k = kernel.state;
  kernel.createProcess(1);
  const { base } = new RegionPlan(k.mode);
  const vpnOf = (index: number) => base + index;
  kernel.mmap(1, { vpn: vpnOf(0), pages: LEDGER_PAGES, prot: 'rw', shared: false });
  const names = new Map<number, number>();
  const live = new Set([1]);
  /** Frames get their letters as they appear; one that was freed and is used again is a new one to the reader. */
  const name = (pfn: number, fresh: boolean) => {
    if (fresh || !names.has(pfn)) names.set(pfn, next++);
    return names.get(pfn)!;
  };
  let next = 0;
  const write = (pid: number, index: number): string => {
    const before = pageAt(k, kernel.process(pid).mm, vpnOf(index));
    const faults = kernel.process(pid).minflt;
    machine.access(pid, vpnOf(index), 0, true);
    const after = pageAt(k, kernel.process(pid).mm, vpnOf(index));
    const moved = before.pfn !== after.pfn;
    name(after.pfn, moved);
    return kernel.process(pid).minflt === faults ? 'hit' : moved ? 'copy' : 'reuse';
  };
  for (let index = 0; index < LEDGER_PAGES; index++) write(1, index);
  const acts: string[] = [];
  for (const op of ops) {
    if (op.op === 'w') acts.push(write(op.pid, op.page));
    else if (op.op === 'fork') {
      kernel.fork(op.pid, op.child);
      live.add(op.child);
    } else if (op.op === 'exit') {
      kernel.exit(op.pid);
      live.delete(op.pid);
    } else {
      k.frames.refcount[pageAt(k, kernel.process(op.pid).mm, vpnOf(op.page)).pfn]!++;
    }
  }
  const entries = [...live].sort().flatMap((pid) =>
    Array.from({ length: LEDGER_PAGES }, (_, index) => {
      const { mm } = kernel.process(pid);
      const { pfn } = pageAt(k, mm, vpnOf(index));
      return { frame: names.get(pfn)!, writable: k.pte.writable(k.tables.lo(findPte(k, mm, vpnOf(index))!)) };
    }),
  );
  const mapcounts = Array.from(
    { length: next },
    (_, frame) => entries.filter((entry) => entry.frame === frame).length,
  );
  return {
    acts,
    frames: entries.map(({ frame }) => frame),
    writable: entries.map(({ writable }) => writable),
    mapcounts,
  };
}
