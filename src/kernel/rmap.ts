import type { Pfn, Vpn } from '../core/addr.ts';
import { addLargeMappings, removeLargeMappings } from './folio.ts';
import { PG_ANON, PG_EXCLUSIVE, PG_LARGE, PG_LRU, PG_SWAPBACKED } from './frame/frames.ts';
import { freeFrames } from './frame/pages.ts';
import type { Mm } from './mm.ts';
import type { KernelState } from './state.ts';
import type { Vma } from './vma/vma.ts';

/** The head of the folio a frame belongs to; the frame itself for a small one. */
export function headOf(k: KernelState, pfn: Pfn): Pfn {
  return k.frames.has(pfn, PG_LARGE) ? k.folios.headOf(pfn) : pfn;
}

/** How often a page is mapped, PMD mappings of its folio included (folio_precise_page_mapcount). */
export function mapcountOf(k: KernelState, pfn: Pfn): number {
  const small = k.frames.mapcount[pfn]!;
  return k.frames.has(pfn, PG_LARGE) ? small + k.folios.at(pfn).entire : small;
}

/** folio_ref_count of the folio a page is in. */
export function refcountOf(k: KernelState, pfn: Pfn): number {
  return k.frames.refcount[headOf(k, pfn)]!;
}

/** folio_add_new_anon_rmap: a fresh frame becomes an exclusive anonymous page of this VMA; its one reference is the map's. */
export function addNewAnon(k: KernelState, pfn: Pfn, vma: Vma, vpn: Vpn): void {
  const { frames } = k;
  frames.set(pfn, PG_ANON | PG_EXCLUSIVE | PG_SWAPBACKED | PG_LRU);
  frames.mapping[pfn] = vma.anonVma!.id;
  frames.index[pfn] = vma.indexOf(vpn) | 0;
  frames.mapcount[pfn] = 1;
}

/** As {@link addNewAnon} for a whole PMD-sized folio mapped by one PMD. */
export function addNewAnonHuge(k: KernelState, head: Pfn, vma: Vma, vpn: Vpn): void {
  const { frames } = k;
  const folio = k.folios.create(head);
  for (let i = 0; i < k.hugePages; i++) {
    frames.flags[head + i]! |= PG_ANON | PG_SWAPBACKED | PG_LARGE;
    frames.mapping[head + i] = vma.anonVma!.id;
    frames.index[head + i] = (vma.indexOf(vpn) + i) | 0;
  }
  frames.set(head, PG_EXCLUSIVE | PG_LRU);
  folio.entire = 1;
  addLargeMappings(folio, 1, vma.mm.id);
}

/** A further PTE maps a page: mapcount + 1, and the folio's reference it holds. */
export function addMapping(k: KernelState, pfn: Pfn, mmId: number): void {
  k.frames.mapcount[pfn]!++;
  if (k.frames.has(pfn, PG_LARGE)) {
    addLargeMappings(k.folios.at(pfn), 1, mmId);
    k.frames.refcount[k.folios.headOf(pfn)]!++;
  } else {
    k.frames.refcount[pfn]!++;
  }
}

/** A PTE no longer maps a page: the inverse of {@link addMapping}; frees the folio with its last reference. */
export function removeMapping(k: KernelState, pfn: Pfn, mmId: number): void {
  k.frames.mapcount[pfn]!--;
  if (k.frames.has(pfn, PG_LARGE)) removeLargeMappings(k.folios.at(pfn), 1, mmId);
  putFolio(k, pfn, 1);
}

/** One PMD mapping of a folio more, in another address space. */
export function addHugeMapping(k: KernelState, head: Pfn, mmId: number): void {
  const folio = k.folios.at(head);
  k.frames.refcount[head]!++;
  folio.entire++;
  addLargeMappings(folio, 1, mmId);
}

/** One PMD mapping of a folio less. */
export function removeHugeMapping(k: KernelState, head: Pfn, mmId: number): void {
  const folio = k.folios.at(head);
  folio.entire--;
  removeLargeMappings(folio, 1, mmId);
  putFolio(k, head, 1);
}

/** Drops references; the last one frees the folio. */
export function putFolio(k: KernelState, pfn: Pfn, count: number): void {
  const head = headOf(k, pfn);
  const left = k.frames.refcount[head]! - count;
  k.frames.refcount[head] = left;
  if (left > 0) return;
  if (left < 0) throw new Error(`frame ${head} lost a reference it never had`);
  freeFrames(k, head, k.frames.has(head, PG_LARGE) ? k.hugeOrder : 0);
}

/** folio_move_anon_rmap: a folio that one address space owns again belongs to that VMA's anon_vma. */
export function moveAnonRmap(k: KernelState, pfn: Pfn, vma: Vma): void {
  const head = headOf(k, pfn);
  const pages = k.frames.has(head, PG_LARGE) ? k.hugePages : 1;
  for (let page = head; page < head + pages; page++) k.frames.mapping[page] = vma.anonVma!.id;
}

/** Counts pages in or out of what an address space has resident, by what kind they are (mm_counter). */
export function countResident(k: KernelState, mm: Mm, pfn: Pfn, pages: number): void {
  if (k.frames.has(pfn, PG_ANON)) mm.anonPages += pages;
  else if (k.files.get(k.frames.mapping[pfn]!)?.fs === 'tmpfs') mm.shmemPages += pages;
  else mm.filePages += pages;
}
