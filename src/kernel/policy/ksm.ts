import { PAGE_BYTES, type Pfn } from '../../core/addr.ts';
import { PG_ANON, PG_EXCLUSIVE, PG_KSM, PG_LARGE, PG_LRU } from '../frame/frames.ts';
import { forEachMapping, lookAtMappings } from '../reverse-map.ts';
import { addMapping, removeMapping } from '../rmap.ts';
import { flushPage } from '../shootdown.ts';
import type { KernelState } from '../state.ts';
import { VM_LOCKED } from '../vma/flags.ts';
import type { Merging } from './policy.ts';

/**
 * ksmd (mm/ksm.c): looks at anonymous pages in turn, some in each round. A page whose contents are those of a merged
 * page is replaced by it; one whose contents are those of another that it saw in this pass becomes a merged page with
 * it. Pages that changed since the pass before are left alone. Merged pages are read-only and always copied when
 * written. It works on a core of its own. Frames are looked at in the order of their numbers, all mappings as if
 * advised MADV_MERGEABLE.
 */
export class MergeScanner {
  private hand: Pfn = 0;
  /** Cycle of the next round; -1 before the first. */
  private next = -1;
  /** Contents seen in the pass before, by frame. */
  private seen = new Map<Pfn, number>();
  private unstable = new Map<number, Pfn>();
  private readonly stable = new Map<number, Pfn[]>();
  /** Where no contents are kept: pages that were taken to have a twin, for pairing them. */
  private twins = 0;

  /** Time has gone on: the rounds that were due. */
  advance(k: KernelState, merging: Merging): void {
    const now = k.now();
    if (this.next < 0) this.next = now + merging.interval;
    const due = Math.min(Math.floor((now - this.next) / merging.interval) + 1, MAX_ROUNDS);
    for (let round = 0; round < due; round++) {
      k.meter.aside('ksm', () => this.#round(k, merging));
    }
    if (due > 0) this.next = now + merging.interval;
  }

  #round(k: KernelState, merging: Merging): void {
    const frames = k.frames.length;
    for (let looked = 0, step = 0; looked < merging.pagesToScan && step < frames; step++) {
      const pfn = this.hand;
      this.hand = pfn + 1;
      if (this.hand >= frames) {
        this.hand = 0;
        this.unstable.clear();
      }
      if (!isCandidate(k, pfn)) continue;
      looked++;
      k.meter.add('scanPage');
      this.#look(k, pfn, merging);
    }
  }

  #look(k: KernelState, pfn: Pfn, merging: Merging): void {
    const sum = this.#checksum(k, pfn, merging);
    if (sum === undefined) return;
    if (this.seen.get(pfn) !== sum) {
      this.seen.set(pfn, sum);
      return;
    }
    const merged = this.#mergedPage(k, sum, pfn);
    if (merged !== undefined) {
      this.#merge(k, pfn, merged);
      return;
    }
    const other = this.unstable.get(sum);
    if (other === undefined || other === pfn || !isCandidate(k, other) || !sameContents(k, other, pfn)) {
      this.unstable.set(sum, pfn);
      return;
    }
    makeMerged(k, other);
    this.unstable.delete(sum);
    this.stable.set(sum, [...(this.stable.get(sum) ?? []), other]);
    this.#merge(k, pfn, other);
  }

  /** The page gives way to the merged one. What comes to be in its frame later has not been seen. */
  #merge(k: KernelState, pfn: Pfn, merged: Pfn): void {
    replace(k, pfn, merged);
    this.seen.delete(pfn);
  }

  /** A merged page of these contents that still exists. */
  #mergedPage(k: KernelState, sum: number, pfn: Pfn): Pfn | undefined {
    const alive = (this.stable.get(sum) ?? []).filter((one) => k.frames.has(one, PG_KSM));
    if (alive.length > 0) this.stable.set(sum, alive);
    else this.stable.delete(sum);
    return alive.find((one) => sameContents(k, one, pfn));
  }

  /** A number that pages of equal contents have in common; undefined for one that has no twin. */
  #checksum(k: KernelState, pfn: Pfn, { duplicates }: Merging): number | undefined {
    if (k.keepContents) return contentsSum(k, pfn);
    const known = this.seen.get(pfn);
    if (known !== undefined) return known;
    if (((Math.imul(pfn, 0x9e3779b1) >>> 8) & 0xffff) / 0x10000 >= duplicates) return undefined;
    return this.twins++ >> 1;
  }
}

/** A run without a kernel entry for long has no rounds to make up for: their work would change nothing more. */
const MAX_ROUNDS = 1000;

function isCandidate(k: KernelState, pfn: Pfn): boolean {
  const { frames } = k;
  if ((frames.flags[pfn]! & (PG_ANON | PG_LARGE | PG_KSM | PG_LRU)) !== (PG_ANON | PG_LRU)) return false;
  if (frames.mapcount[pfn]! < 1 || frames.mapcount[pfn] !== frames.refcount[pfn]) return false;
  let reachable = 0;
  lookAtMappings(k, pfn, (_mm, vma, _vpn, ref) => {
    if ((k.tables.lo(ref) & 1) !== 0 && !vma.has(VM_LOCKED)) reachable++;
  });
  return reachable === frames.mapcount[pfn];
}

/** The page becomes a merged one: write-protected wherever it is mapped, out of reach of reclaim. */
function makeMerged(k: KernelState, pfn: Pfn): void {
  forEachMapping(k, pfn, (mm, _vma, vpn, ref) => {
    ref.slab[ref.at] = k.pte.wrprotect(k.tables.lo(ref));
    k.meter.add('pteWrite');
    flushPage(k, mm, vpn);
  });
  k.frames.clear(pfn, PG_EXCLUSIVE | PG_LRU);
  k.frames.set(pfn, PG_KSM);
}

/** Every mapping of the page leads to the merged one, and the page is freed. */
function replace(k: KernelState, pfn: Pfn, merged: Pfn): void {
  forEachMapping(k, pfn, (mm, vma, vpn, ref) => {
    const lo = k.tables.lo(ref);
    k.tables.set(
      ref,
      k.pte.leafLo(merged, vma.flags, false, k.pte.isDirty(lo), 1),
      k.pte.leafHi(merged, vma.flags, 1),
    );
    k.meter.add('pteWrite');
    flushPage(k, mm, vpn);
    addMapping(k, merged, mm.id);
    removeMapping(k, pfn, mm.id);
  });
  k.counters.pagesMerged++;
}

function contentsSum(k: KernelState, pfn: Pfn): number {
  const word = k.frames.content[pfn]!;
  let sum = 0x811c9dc5;
  for (let i = 0; i < PAGE_BYTES; i++) sum = Math.imul(sum ^ k.contents.read(word, i), 0x01000193);
  return sum;
}

function sameContents(k: KernelState, a: Pfn, b: Pfn): boolean {
  if (!k.keepContents) return true;
  const [x, y] = [k.frames.content[a]!, k.frames.content[b]!];
  for (let i = 0; i < PAGE_BYTES; i++) if (k.contents.read(x, i) !== k.contents.read(y, i)) return false;
  return true;
}
