import type { Asid, Pfn, Vpn } from '../core/addr.ts';
import type { AnonVmaRegistry } from './vma/anon-vma.ts';
import { VmaEditor } from './vma/merge.ts';
import { VmaTree } from './vma/tree.ts';
import type { AddressSpace, Vma } from './vma/vma.ts';

/** An address space (struct mm_struct): VMAs, the root of its page tables, and what /proc/PID/status counts. */
export class Mm implements AddressSpace {
  readonly id: number;
  readonly root: Pfn;
  readonly asid: Asid;
  readonly vmas = new VmaTree();
  readonly editor: VmaEditor;
  /** Resident pages by kind, and pages out on swap. */
  anonPages = 0;
  filePages = 0;
  shmemPages = 0;
  swapPages = 0;
  /** Page tables below the root: VmPTE. */
  tables = 0;
  /** Most pages ever resident: VmHWM. */
  residentPeak = 0;
  lockedPages = 0;
  /** Tables set aside by huge PMDs for the day they are split (pgtable_trans_huge_deposit). */
  readonly deposits: Pfn[] = [];
  /** Processes and threads that run in it (mm_users). */
  users = 1;
  /** The heap: [startBrk, brk). Both 0 when there is none. */
  startBrk: Vpn = 0;
  brk: Vpn = 0;

  constructor(
    id: number,
    root: Pfn,
    asid: Asid,
    registry: AnonVmaRegistry,
    beforeBoundary: (vma: Vma, vpn: Vpn) => void,
  ) {
    this.id = id;
    this.root = root;
    this.asid = asid;
    this.editor = new VmaEditor(this.vmas, registry, beforeBoundary);
  }

  /** Resident pages (VmRSS / 4 KiB). */
  get resident(): number {
    return this.anonPages + this.filePages + this.shmemPages;
  }

  /** Notes a new high of resident pages. */
  noteResident(): void {
    const resident = this.resident;
    if (resident > this.residentPeak) this.residentPeak = resident;
  }
}
