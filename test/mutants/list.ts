/**
 * Bugs that kernels and hardware models have had, one edit each: `find` stands exactly once in `file` and becomes
 * `replace`. npm run mutants makes each in a copy of the sources and asks test/mutants/detect.ts whether somebody
 * notices.
 */
export interface Mutant {
  readonly bug: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The bug of the exercise `find-the-bug` (src/lab/kernel-bugs.ts) that this is in the kernel layer. */
  readonly exercise?: string;
}

export const MUTANTS: readonly Mutant[] = [
  // Fork and copy-on-write.
  {
    bug: 'fork does not flush the parent, whose entries it write-protected',
    exercise: 'no-flush-at-fork',
    file: 'src/kernel/fork.ts',
    find: '  flushMm(k, parent);\n',
    replace: '',
  },
  {
    bug: 'fork clears W in the page table of the child only',
    exercise: 'parent-stays-writable',
    file: 'src/kernel/pagetable/copy-ordinary.ts',
    find: '    slab[at] = shared;\n',
    replace: '',
  },
  {
    bug: 'fork does not raise the counts of the pages',
    exercise: 'count-not-raised',
    file: 'src/kernel/pagetable/copy-ordinary.ts',
    find: '    refcount[pfn]!++;\n    mapcount[pfn]!++;\n',
    replace: '',
  },
  {
    bug: 'fork leaves W in a huge page of both sides',
    file: 'src/kernel/fork.ts',
    find: 'pte.writable(lo) ? pte.wrprotect(lo) : lo;\n  tables.set(ref, shared, hi);',
    replace: 'lo;\n  tables.set(ref, shared, hi);',
  },
  {
    bug: 'fork leaves huge pages exclusive',
    file: 'src/kernel/fork.ts',
    find: '    k.frames.clear(head, PG_EXCLUSIVE);\n',
    replace: '',
  },
  {
    bug: 'fork copies VMAs that are DONTFORK',
    file: 'src/kernel/fork.ts',
    find: '    if (vma.has(VM_DONTCOPY)) continue;\n',
    replace: '',
  },
  {
    bug: 'fork copies the pages of WIPEONFORK memory',
    file: 'src/kernel/fork.ts',
    find: '    if (vma.has(VM_WIPEONFORK)) continue;\n',
    replace: '',
  },
  {
    bug: 'a write reuses a page that others map too',
    file: 'src/kernel/cow.ts',
    find: 'k.frames.refcount[pfn] === 1)\n      );',
    replace: 'k.frames.refcount[pfn]! >= 1)\n      );',
  },
  {
    bug: 'a write reuses a page of a large folio that another process maps',
    file: 'src/kernel/cow.ts',
    find: 'folio.total > 1 && !folio.shared && folio.total',
    replace: 'folio.total > 1 && folio.total',
  },
  {
    bug: 'a page whose last sharer has gone is copied all the same',
    file: 'src/kernel/cow.ts',
    find: '(k.frames.has(pfn, PG_LARGE) ? mayReuseLarge(k, pfn) : k.frames.refcount[pfn] === 1)',
    replace: '(k.frames.has(pfn, PG_LARGE) && mayReuseLarge(k, pfn))',
  },
  {
    bug: 'a COW copy does not drop the mapping of the old page',
    exercise: 'count-not-dropped',
    file: 'src/kernel/fault/wp.ts',
    find: '  removeMapping(k, old, mm.id);\n',
    replace: '',
  },
  {
    bug: 'a COW copy does not flush the entry of the old page',
    exercise: 'no-flush-after-copy',
    file: 'src/kernel/fault/wp.ts',
    find: '  flushPage(k, mm, vpn);\n  if (fromZero)',
    replace: '  if (fromZero)',
  },
  {
    bug: 'a COW copy does not copy',
    file: 'src/kernel/frame/pages.ts',
    find: 'k.contents.copy(k.frames.content[from]!)',
    replace: '0',
  },
  {
    bug: 'a reused page is not marked exclusive',
    file: 'src/kernel/fault/wp.ts',
    find: '      k.frames.set(pfn, PG_EXCLUSIVE);\n    }\n    wpPageReuse',
    replace: '    }\n    wpPageReuse',
  },
  // Unmapping, protection, files.
  {
    bug: 'unmapping forgets the mapcount',
    file: 'src/kernel/rmap.ts',
    find: '  k.frames.mapcount[pfn]!--;\n',
    replace: '',
  },
  {
    bug: 'unmapping does not flush',
    file: 'src/kernel/pagetable/zap.ts',
    find: '    flushRange(k, mm, start, end);\n',
    replace: '',
  },
  {
    bug: 'exit does not drop the counts of its pages',
    exercise: 'exit-keeps-counts',
    file: 'src/kernel/exit.ts',
    find: '    zapRange(k, mm, vma, vma.start, vma.end);\n',
    replace: '',
  },
  {
    bug: 'unmapping frees pages that others still map',
    exercise: 'exit-frees-all',
    file: 'src/kernel/rmap.ts',
    find: '  putFolio(k, pfn, 1);\n',
    replace: '  putFolio(k, pfn, k.frames.has(pfn, PG_LARGE) ? 1 : refcountOf(k, pfn));\n',
  },
  {
    bug: 'exit of one thread takes the memory of the others',
    file: 'src/kernel/exit.ts',
    find: '  if (mm.users > 0) return;\n',
    replace: '',
  },
  {
    bug: 'exit leaks the root table',
    file: 'src/kernel/exit.ts',
    find: '  freeTable(k, mm.root);\n',
    replace: '',
  },
  {
    bug: 'mprotect does not flush what it took away',
    file: 'src/kernel/syscall/mprotect.ts',
    find: '  flushRange(k, mm, start, end);\n',
    replace: '',
  },
  {
    bug: 'mprotect forgets that pages are dirty',
    file: 'src/kernel/syscall/mprotect.ts',
    find: 'pte.isDirty(lo), level);',
    replace: 'false, level);',
  },
  {
    bug: 'mprotect gives W to pages that are shared copy-on-write',
    file: 'src/kernel/syscall/mprotect.ts',
    find: 'k.frames.has(pfn, PG_ANON) && k.frames.has(pfn, PG_EXCLUSIVE) &&',
    replace: 'k.frames.has(pfn, PG_ANON) &&',
  },
  {
    bug: 'MADV_DONTNEED keeps the pages',
    file: 'src/kernel/syscall/madvise.ts',
    find: '    zapRange(k, process.mm, vma, start, end, { reclaimTables: true });\n',
    replace: '',
  },
  {
    bug: 'mremap does not flush the old place',
    file: 'src/kernel/pagetable/move.ts',
    find: '  flushRange(k, mm, from, from + pages);\n',
    replace: '',
  },
  {
    bug: 'writeback does not flush: the next write goes unnoticed',
    file: 'src/kernel/page-cache/writeback.ts',
    find: '    flushPage(k, mm, vpn);\n',
    replace: '',
  },
  {
    bug: 'writeback leaves W: the next write goes unnoticed',
    file: 'src/kernel/page-cache/writeback.ts',
    find: '    if (k.pte.writable(lo)) ref.slab[ref.at] = k.pte.wrprotect(lo);\n',
    replace: '',
  },
  {
    bug: 'fault-around is aligned to the fault instead of the window',
    file: 'src/kernel/fault/around.ts',
    find: 'slot - (slot % k.faultAroundPages)',
    replace: 'slot',
  },
  // TLBs and paging-structure caches.
  {
    bug: 'a TLB tag without its ASID',
    file: 'src/tlb/key.ts',
    find: 'return (asid << PACKED_ASID_SHIFT) | (region << 20) | low;',
    replace: 'return (asid & 0) | (region << 20) | low;',
  },
  {
    bug: 'the offset mask of a superpage entry is off by one bit',
    file: 'src/tlb/tlb.ts',
    find: '((1 << this.shifts[slot]!) - 1)',
    replace: '((1 << (this.shifts[slot]! >> 1)) - 1)',
  },
  {
    bug: 'a superpage entry is entered at the page that missed, not at its start',
    file: 'src/tlb/tlb.ts',
    find: 'this.frames[slot] = frame - (low & ((1 << shift) - 1));',
    replace: 'this.frames[slot] = frame;',
  },
  {
    bug: 'a range flush misses its last page',
    file: 'src/tlb/hierarchy.ts',
    find: 'first < vpn + pages && vpn',
    replace: 'first < vpn + pages - 1 && vpn',
  },
  {
    bug: 'a flush of an address space leaves the paging-structure caches',
    file: 'src/mmu/mmu.ts',
    find: '    this.psc?.invalidateAsid(asid);\n',
    replace: '',
  },
  {
    bug: 'an inclusive STLB does not take its victims out of the first level',
    file: 'src/tlb/hierarchy.ts',
    find: 'if (this.inclusive && tlb',
    replace: 'if (!this.inclusive && tlb',
  },
  {
    bug: 'invalidating one piece of a large leaf leaves the others',
    file: 'src/tlb/tlb.ts',
    find: 'if (this.pieceCount > 0)',
    replace: 'if (this.pieceCount < 0)',
  },
  {
    bug: 'a use leaves the bits of tree-PLRU pointing at the way that was used',
    file: 'src/tlb/replacement/tree-plru.ts',
    find: '= (node & 1) ^ 1;',
    replace: '= node & 1;',
  },
  // Walker and rights.
  {
    bug: 'the walker writes neither A nor D back',
    file: 'src/mmu/walker.ts',
    find: '    this.memory.write(walk.table, walk.index, lo);\n',
    replace: '',
  },
  {
    bug: 'the walker does not set D on a store',
    file: 'src/mmu/rules/x86.ts',
    find: 'lo | (access === STORE ? X86_A | X86_D : X86_A)',
    replace: 'lo | X86_A',
  },
  {
    bug: 'a supervisor store ignores CR0.WP',
    exercise: 'copyout-ignores-cow',
    file: 'src/mmu/permissions/x86.ts',
    find: '(attributes & ATTR_WRITE) === 0 && (privilege === USER || controls.wp)',
    replace: '(attributes & ATTR_WRITE) === 0 && privilege === USER',
  },
  {
    bug: 'XD does not forbid fetches',
    file: 'src/mmu/permissions/x86.ts',
    find: 'return attributes & ATTR_EXEC ? null : NOT_EXECUTABLE;',
    replace: 'return attributes & ATTR_EXEC ? null : null;',
  },
  {
    bug: 'SMAP is lifted by AC the wrong way round',
    file: 'src/mmu/permissions/x86.ts',
    find: 'controls.smap && !controls.ac',
    replace: 'controls.smap && controls.ac',
  },
  {
    bug: 'a misaligned superpage is taken',
    file: 'src/mmu/rules/riscv.ts',
    find: '    if ((lo & this.misalignedLo[level]!) !== 0 || (hi & this.misalignedHi[level]!) !== 0) return MISALIGNED;\n',
    replace: '',
  },
  {
    bug: 'the frame inside a superpage loses the low bits of the address',
    file: 'src/mmu/walker.ts',
    find: 'return leaf - (leaf & within) + (this.low & within);',
    replace: 'return leaf - (leaf & within);',
  },
  // The clock.
  {
    bug: 'kernel work is in the ledger and not in the time',
    file: 'src/sim/window.ts',
    find: '    this.ledger.charge(cause, cycles);\n    this.stall += cycles;\n',
    replace: '    this.ledger.charge(cause, cycles);\n',
  },
];
