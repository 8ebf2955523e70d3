import { AssociativeTable, EMPTY } from '../tlb/associative.ts';
import type { Replacement } from '../tlb/replacement/index.ts';

export interface TlbShape {
  readonly sets: number;
  readonly ways: number;
  readonly replacement: Replacement;
}

export interface TlbRun {
  readonly hits: readonly boolean[];
  readonly misses: number;
  readonly evictions: number;
  /** Who left for each access; -1 for nobody. */
  readonly victims: readonly number[];
  /** The pages that each set holds at the end, way by way; -1 where a way is free. */
  readonly sets: readonly (readonly number[])[];
}

/** Runs page numbers through one of the model's TLB tables: set = page modulo sets, filled on a miss. */
export function runTlb({ sets, ways, replacement }: TlbShape, pages: readonly number[]): TlbRun {
  const table = new AssociativeTable(sets, ways, replacement);
  const hits: boolean[] = [];
  let misses = 0;
  const victims: number[] = [];
  for (const vpn of pages) {
    const set = vpn % sets;
    const hit = table.lookup(set, vpn) >= 0;
    hits.push(hit);
    if (!hit) {
      misses++;
      table.insert(set, vpn);
    }
    victims.push(hit ? EMPTY : table.evicted);
  }
  const contents = Array.from({ length: sets }, (_, set) => [
    ...table.tags.slice(set * ways, (set + 1) * ways),
  ]);
  const evictions = victims.filter((victim) => victim !== EMPTY).length;
  return { hits, misses, evictions, victims, sets: contents };
}
