import type { Pfn } from '../../core/addr.ts';

/** A memory object: what a VMA's anonymous pages belong to (Mach's and FreeBSD's vm_object). */
export class VmObject {
  backing: VmObject | undefined;
  /** VMAs and shadows that refer to it. */
  entries = 1;
  readonly shadows = new Set<VmObject>();
  /** Pages, by their folios' heads, that it holds a reference of: those it had when it began to be shared. */
  held: Pfn[] = [];
  /** anon_vma of the VMA that it was made for. */
  readonly tag: number;

  constructor(tag: number, backing?: VmObject) {
    this.tag = tag;
    this.backing = backing;
    backing?.shadows.add(this);
  }
}

/** What a VMA knows of its object (vm_map_entry). */
export class ObjectEntry {
  object: VmObject;
  needsCopy: boolean;

  constructor(object: VmObject, needsCopy: boolean) {
    this.object = object;
    this.needsCopy = needsCopy;
  }

  /** Another VMA refers to the same object: a split, a move, the child of a fork. */
  clone(): ObjectEntry {
    this.object.entries++;
    return new ObjectEntry(this.object, this.needsCopy);
  }
}
