import type { AccessType, Privilege } from '../core/access.ts';
import { type Asid, type Cycle, type Pfn, REGION_PAGES, type Vpn } from '../core/addr.ts';
import { sizeName } from '../core/attributes.ts';
import type { Ledger } from '../core/ledger.ts';
import type { RegionTable } from '../core/regions.ts';
import { type ExplainedRead, explainWalk } from '../mmu/explain.ts';
import type { Tlb } from '../tlb/tlb.ts';
import { type ExplainedCheck, explainChecks } from './access-checks.ts';
import { describeFault } from './fault-words.ts';
import type { Hardware } from './hardware.ts';
import type { Machine } from './machine/machine.ts';

/** One attempt to translate one access, with everything that was looked at, as the timed hardware did it. */
export interface ExplainedAccess {
  readonly tlbs: readonly ExplainedLookup[];
  /** Null when a TLB answered. */
  readonly walk: ExplainedTimedWalk | null;
  readonly checks: readonly ExplainedCheck[];
  /** Cycles beyond the pipeline by ledger cause, in order of time. */
  readonly latency: readonly (readonly [cause: string, cycles: Cycle])[];
  readonly cycles: Cycle;
  readonly outcome:
    | { readonly kind: 'translated'; readonly pfn: Pfn; readonly size: string }
    | { readonly kind: 'fault'; readonly text: string; readonly step: string; readonly level: number };
}

export interface ExplainedLookup {
  readonly tlb: string;
  readonly hit: boolean;
  /** Where it looked: `4K: set 5 of 16, 4 ways`, one for each array. */
  readonly places: readonly string[];
}

export interface ExplainedTimedWalk {
  /** Levels with a paging-structure cache, deepest first; empty when there is none. */
  readonly pscLevels: readonly number[];
  /** Level of the paging-structure-cache entry that the walk began below; 0: at the root. */
  readonly pscHit: number;
  readonly reads: readonly ExplainedTimedRead[];
}

export interface ExplainedTimedRead extends ExplainedRead {
  /** What the entry holds after the walk: A or D may have been set. */
  readonly after: bigint;
  /** Who answered the read, and in how many cycles; null for an entry that a paging-structure cache made needless. */
  readonly answered: { readonly by: string; readonly cycles: Cycle } | null;
}

/** The access to explain, in the address space that the MMU was switched to. */
export interface AccessRequest {
  readonly asid: Asid;
  readonly root: Pfn;
  readonly vpn: Vpn;
  readonly offset: number;
  readonly access: AccessType;
  readonly privilege: Privilege;
}

/**
 * Makes one access on the hardware, timed, and says what happened: TLBs, caches and page tables change as they do in
 * a run. The handling of a fault is the caller's.
 */
export function explainAccess(
  machine: Machine,
  hardware: Hardware,
  regions: RegionTable,
  ledger: Ledger,
  request: AccessRequest,
): ExplainedAccess {
  const { mmu, tlbs, mode } = hardware;
  const { asid, root, vpn, offset, access, privilege } = request;
  const region = regions.intern(Math.floor(vpn / REGION_PAGES));
  const low = vpn % REGION_PAGES;
  const key = tlbs.keyOf(asid, region, low);
  const lookups: ExplainedLookup[] = [];
  for (const tlb of [tlbs.first(access), tlbs.stlb]) {
    if (tlb === null || lookups.some(({ hit }) => hit)) continue;
    lookups.push({ tlb: tlb.name, hit: tlbs.find(tlb, key, region, low) >= 0, places: placesOf(tlb, vpn) });
  }
  mmu.switchTo(asid, root);
  mmu.walker.root = root;
  const before = explainWalk(mmu.walker, vpn, offset, access, privilege);
  const walksBefore = mmu.counters.count;
  mmu.latency.clear();
  const translated = mmu.translate(key, region, low, offset, access, privilege);
  const walked = mmu.counters.count > walksBefore;
  const names = ledger.names();
  const latency = Array.from(
    { length: mmu.latency.count },
    (_, i) => [names[mmu.latency.causes[i]!]!, mmu.latency.cycles[i]!] as const,
  );
  const fault = translated ? null : mmu.fault;
  return {
    tlbs: lookups,
    walk: walked ? timedWalk(hardware, before.reads) : null,
    checks: walked ? explainChecks(machine.paging, access, privilege, fault) : [],
    latency,
    cycles: mmu.latency.total,
    outcome:
      fault === null
        ? { kind: 'translated', pfn: mmu.frame, size: 'size' in before.outcome ? before.outcome.size : '4K' }
        : { kind: 'fault', text: describeFault(mode, fault), step: fault.step, level: fault.level },
  };
}

/** The entries on the way, as a peek found them, with what the timed walk that followed made of each. */
function timedWalk(
  { mmu, memory, caches, psc, mode }: Hardware,
  peeked: readonly ExplainedRead[],
): ExplainedTimedWalk {
  const walk = mmu.walker.result;
  const reads = peeked.map((read): ExplainedTimedRead => {
    const row = walk.readLevel.subarray(0, walk.reads).indexOf(read.level);
    const pfn = Number(read.address >> 12n);
    const index = Number(read.address & 0xfffn) / 4;
    const lo = BigInt.asUintN(32, BigInt(memory.read(pfn, index)));
    const hi = mode.pteBytes === 8 ? BigInt.asUintN(32, BigInt(memory.read(pfn, index + 1))) : 0n;
    return {
      ...read,
      after: (hi << 32n) | lo,
      answered: row < 0 ? null : { by: caches.names[walk.readFrom[row]!]!, cycles: walk.readCycles[row]! },
    };
  });
  return { pscLevels: psc?.levels.map(({ level }) => level) ?? [], pscHit: walk.pscLevel, reads };
}

function placesOf(tlb: Tlb, vpn: Vpn): string[] {
  return tlb.arrays.flatMap(({ shifts, table: { sets, ways } }) => {
    if (sets === 1) return [`${shifts.map(sizeName).join('/')}: ${ways} entries`];
    return shifts.map((shift) => {
      const set = Math.floor(vpn / 2 ** shift) % sets;
      return `${sizeName(shift)}: set ${set} of ${sets}, ${ways} ways`;
    });
  });
}
