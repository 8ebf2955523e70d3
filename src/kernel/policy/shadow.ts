import type { Pfn } from '../../core/addr.ts';
import type { FaultSite } from '../fault/site.ts';
import { PG_ANON } from '../frame/frames.ts';
import { isHugeLeaf } from '../pagetable/ptes.ts';
import { headOf, putFolio } from '../rmap.ts';
import type { KernelState } from '../state.ts';
import type { Vma } from '../vma/vma.ts';
import { ObjectEntry, VmObject } from './vm-object.ts';

/**
 * Memory objects in chains of shadows (Mach, FreeBSD). An anonymous page belongs to the object of the VMA that first
 * wrote it. After fork both VMAs refer to one object and `needsCopy`; a write then puts a new, empty object on top,
 * the shadow, and copies the page into it. A page of an object below stays as long as the object does, whether anyone
 * can still see it or not; `collapse` ends an object that only one shadow is left of.
 *
 * The page tables remain the truth about who sees what. Objects add references to frames, which keep pages alive and
 * make writes copy, and the length of the chain, which faults pay for.
 */
/** True where fork copies no entries at all, since faults find every page in the objects. */
export function rebuildsAll(k: KernelState): boolean {
  const { ownership, forkTables } = k.policy;
  return ownership.kind === 'shadow-chain' && forkTables === 'skip-rebuildable';
}

/** Makes VMAs have objects: with their anon_vma, until they go. To be called once. */
export function installObjects(k: KernelState): void {
  if (k.policy.ownership.kind !== 'shadow-chain') return;
  k.anonVmas.onPrepare = (vma) => {
    vma.object = new ObjectEntry(new VmObject(vma.anonVma!.id), false);
  };
  k.anonVmas.onUnlink = (vma) => {
    const entry = entryOf(vma);
    vma.object = undefined;
    if (entry) release(k, entry.object);
  };
}

/** fork made `copy` of a VMA: both refer to the same object now (copied), or a copy object stands below the child. */
export function forkObject(k: KernelState, vma: Vma, copy: Vma): void {
  const { ownership } = k.policy;
  const parent = entryOf(vma);
  const child = entryOf(copy);
  if (ownership.kind !== 'shadow-chain' || !parent || !child) return;
  if (ownership.copy === 'asymmetric') {
    child.object.entries--;
    child.object = new VmObject(copy.anonVma!.id, child.object);
    k.meter.add('shadowObject');
    noteChain(k, child.object);
    return;
  }
  parent.needsCopy = true;
  child.needsCopy = true;
  holdPages(k, vma, parent.object);
}

/** The object's pages that no object holds yet are held from now on. */
function holdPages(k: KernelState, vma: Vma, object: VmObject): void {
  const { holders } = k.policyMemory;
  const hold = (pfn: Pfn): void => {
    const head = headOf(k, pfn);
    if (k.isZero(pfn) || !k.frames.has(pfn, PG_ANON) || holders.has(head)) return;
    holders.set(head, object);
    object.held.push(head);
    k.frames.refcount[head]!++;
  };
  const { pte, tables } = k;
  tables.visit(vma.mm.root, vma.start, vma.end, {
    table(slab, at, count) {
      for (let i = 0, word = at; i < count; i++, word += tables.step) {
        const lo = slab[word]!;
        if (pte.present(lo)) hold(pte.pfn(lo, tables.wide ? slab[word + 1]! : 0));
      }
    },
    superpage: (ref) => hold(pte.pfn(tables.lo(ref), tables.hi(ref))),
  });
}

/** Before a fault is handled: the lookup through the chain, and the shadow that a write needs. */
export function lookUpObject(site: FaultSite): void {
  const { k, mm, vma, vpn, write } = site;
  const entry = entryOf(vma);
  if (!entry) return;
  const ref = k.tables.find(mm.root, vpn, 1);
  const lo = ref ? k.tables.lo(ref) : 0;
  const present = ref !== undefined && k.pte.present(lo);
  const first = present ? k.pte.pfn(lo | 1, k.tables.hi(ref)) : -1;
  const pfn = present && isHugeLeaf(k, ref) ? first + (vpn % k.hugePages) : first;
  k.meter.add('chainStep', stepsTo(k, entry.object, pfn));
  if (!write || !entry.needsCopy) return;
  entry.needsCopy = false;
  if (refsOf(entry.object) === 1) return;
  const below = entry.object;
  below.entries--;
  entry.object = new VmObject(below.tag, below);
  k.meter.add('shadowObject');
  noteChain(k, entry.object);
}

/** Objects below the top that are looked into until the page is found, or all of them. -1 = there is none. */
function stepsTo(k: KernelState, top: VmObject, pfn: Pfn): number {
  const symmetric = k.policy.ownership.kind === 'shadow-chain' && k.policy.ownership.copy === 'symmetric';
  const holder = pfn < 0 ? undefined : k.policyMemory.holders.get(headOf(k, pfn));
  if (pfn >= 0 && symmetric && !holder) return 0;
  const tag = pfn < 0 || symmetric ? -1 : k.frames.mapping[pfn]!;
  let steps = 0;
  for (let at: VmObject | undefined = top; at; at = at.backing) {
    if (at === holder || at.tag === tag) return steps;
    steps++;
  }
  return Math.max(0, steps - 1);
}

function refsOf(object: VmObject): number {
  return object.entries + object.shadows.size;
}

/** A VMA no longer refers to the object. */
function release(k: KernelState, object: VmObject): void {
  object.entries--;
  settle(k, object);
}

/**
 * Ends objects that nobody refers to, or whose only shadow can take their pages; lets one be that has one VMA left.
 * Each that ends is one reference less to the object below it.
 */
function settle(k: KernelState, object: VmObject): void {
  for (let at: VmObject | undefined = object; at && refsOf(at) <= 1; ) {
    const { backing }: VmObject = at;
    const [shadow] = at.shadows;
    if (shadow) {
      if (!collapses(k)) return;
      collapseInto(k, at, shadow);
    } else {
      letGo(k, at.held);
      at.held = [];
      if (at.entries === 1) return;
    }
    backing?.shadows.delete(at);
    at = backing;
  }
}

function collapses({ policy: { ownership } }: KernelState): boolean {
  return ownership.kind === 'shadow-chain' && ownership.collapse;
}

/** vm_object_collapse: the shadow takes the pages that can still be seen, the others are freed. */
function collapseInto(k: KernelState, object: VmObject, shadow: VmObject): void {
  const { holders } = k.policyMemory;
  shadow.backing = object.backing;
  object.backing?.shadows.add(shadow);
  k.meter.add('chainStep');
  const shared = refsOf(shadow) > 1;
  const kept = shared ? object.held.filter((head) => isMapped(k, head)) : [];
  const keeps = new Set(kept);
  letGo(
    k,
    object.held.filter((head) => !keeps.has(head)),
  );
  for (const head of kept) {
    holders.set(head, shadow);
    shadow.held.push(head);
  }
  object.held = [];
  k.counters.objectsCollapsed++;
}

function isMapped(k: KernelState, head: Pfn): boolean {
  return k.frames.refcount[head]! > 1;
}

function letGo(k: KernelState, held: readonly Pfn[]): void {
  for (const head of held) {
    k.policyMemory.holders.delete(head);
    putFolio(k, head, 1);
  }
}

/** A folio that is about to be split: its object lets it go, since the reference was the folio's. */
export function releaseHeld(k: KernelState, head: Pfn): void {
  const object = k.policyMemory.holders.get(head);
  if (!object) return;
  object.held.splice(object.held.indexOf(head), 1);
  letGo(k, [head]);
}

function noteChain(k: KernelState, top: VmObject): void {
  let length = 0;
  for (let at = top.backing; at; at = at.backing) length++;
  if (length > k.counters.chainPeak) k.counters.chainPeak = length;
}

function entryOf(vma: Vma): ObjectEntry | undefined {
  return vma.object as ObjectEntry | undefined;
}
