import type { AccessType, Privilege } from '../core/access.ts';
import type { Pfn, Vpn } from '../core/addr.ts';
import { sizeName, sizeShiftOf } from '../core/attributes.ts';
import type { Fault } from '../core/fault.ts';
import { spanShifts } from './mode/mode.ts';
import { highOf, indexIn, lowOf } from './split.ts';
import { PEEK, type Walker } from './walker.ts';

/** One page-table entry as a walk met it. */
export interface ExplainedRead {
  readonly level: number;
  /** Which entry of its table, and where that is in physical memory. */
  readonly index: number;
  readonly address: bigint;
  readonly word: bigint;
  /** The entry's fields that are not 0, highest first. */
  readonly fields: readonly (readonly [name: string, value: bigint])[];
}

/** A walk told step by step, for people: `pagewalk walk`, failing vectors, the page. */
export interface ExplainedWalk {
  readonly mode: string;
  /** What each level takes of the address, root first. */
  readonly indexes: readonly (readonly [level: number, index: number])[];
  readonly vpn: Vpn;
  readonly offset: number;
  readonly reads: readonly ExplainedRead[];
  readonly outcome:
    | { readonly pfn: Pfn; readonly attributes: number; readonly size: string }
    | { readonly fault: Fault };
}

/** Walks without a trace (a peek) and writes down every step. */
export function explainWalk(
  walker: Walker,
  vpn: Vpn,
  offset: number,
  access: AccessType,
  privilege: Privilege,
): ExplainedWalk {
  const { mode } = walker.rules;
  const walk = walker.result;
  const reads: ExplainedRead[] = [];
  let more = walker.begin(vpn, offset, access, privilege, PEEK);
  while (more) {
    more = walker.step();
    if (walk.reads === reads.length) break;
    const word = (BigInt.asUintN(32, BigInt(walk.hi)) << 32n) | BigInt.asUintN(32, BigInt(walk.lo));
    reads.push({
      level: walk.level,
      index: (walk.index * 4) / mode.pteBytes,
      address: BigInt(walk.table) * 4096n + BigInt(walk.index * 4),
      word,
      fields: mode.format
        .bitNames(walk.level)
        .map(
          ([name, high, low = high]) => [name, BigInt.asUintN(high - low + 1, word >> BigInt(low))] as const,
        )
        .filter(([, value]) => value !== 0n),
    });
  }
  return {
    mode: mode.name,
    indexes: indexesOf(walker, vpn),
    vpn,
    offset,
    reads,
    outcome:
      walk.fault === null
        ? { pfn: walk.pfn, attributes: walk.attributes, size: sizeName(sizeShiftOf(walk.attributes)) }
        : { fault: walk.fault },
  };
}

function indexesOf(walker: Walker, vpn: Vpn): [number, number][] {
  const { mode } = walker.rules;
  const shifts = spanShifts(mode);
  const indexes: [number, number][] = [];
  for (let level = mode.levels; level >= 1; level--) {
    const mask = 2 ** mode.indexBits[level - 1]! - 1;
    indexes.push([level, indexIn(lowOf(vpn), highOf(vpn), shifts[level]!, mask)]);
  }
  return indexes;
}
