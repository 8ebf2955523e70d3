import { STORE } from '../../core/access.ts';
import type { Vpn } from '../../core/addr.ts';
import type { Fault } from '../../core/fault.ts';
import type { FaultKind } from '../../kernel/counters.ts';
import { PG_ANON, PG_EXCLUSIVE, PG_LARGE } from '../../kernel/frame/frames.ts';
import { wantsWriteNotify } from '../../kernel/page-cache/mkwrite.ts';
import { findPte, isHugeLeaf } from '../../kernel/pagetable/ptes.ts';
import type { EntryRef } from '../../kernel/pagetable/table.ts';
import type { Process } from '../../kernel/process.ts';
import { refcountOf } from '../../kernel/rmap.ts';
import { accessError } from '../../kernel/signal.ts';
import type { KernelState } from '../../kernel/state.ts';
import { hugeAllowed } from '../../kernel/thp/fault.ts';
import { permText, VM_GROWSDOWN, VM_SHARED } from '../../kernel/vma/flags.ts';
import type { Vma } from '../../kernel/vma/vma.ts';

/** One decision on the way through the kernel: the function that takes it, what it looks at, what it finds. */
export interface FaultLine {
  readonly fn: string;
  readonly looks: string;
  readonly finds: string;
}

export interface FaultPath {
  readonly lines: readonly FaultLine[];
  /** Where the decisions lead; `signal` for SIGSEGV and SIGBUS. */
  readonly leadsTo: FaultKind | 'signal';
}

/**
 * The decisions of Linux 6.18 for a fault, told from the state just before it: exc_page_fault down to the function
 * that does the work (mm/memory.c, mm/huge_memory.c). It only looks. A test holds its outcome against the kernel's
 * for every fault of the scenario library.
 */
export function explainFault(k: KernelState, process: Process, fault: Fault): FaultPath {
  return new Explanation(k, process, fault).run();
}

class Explanation {
  readonly #k: KernelState;
  readonly #process: Process;
  readonly #vpn: Vpn;
  readonly #write: boolean;
  readonly #fault: Fault;
  readonly #lines: FaultLine[] = [];

  constructor(k: KernelState, process: Process, fault: Fault) {
    this.#k = k;
    this.#process = process;
    this.#fault = fault;
    this.#vpn = fault.vpn;
    this.#write = fault.access === STORE;
  }

  run(): FaultPath {
    return { leadsTo: this.#user(), lines: this.#lines };
  }

  #line(fn: string, looks: string, finds: string): void {
    this.#lines.push({ fn, looks, finds });
  }

  /** do_user_addr_fault. */
  #user(): FaultKind | 'signal' {
    const { mm } = this.#process;
    if (this.#fault.reason === 'non-canonical') {
      this.#line('exc_general_protection', 'address', 'not canonical → SIGSEGV');
      return 'signal';
    }
    const vma = mm.vmas.find(this.#vpn);
    if (!vma) {
      const above = mm.vmas.findAbove(this.#vpn);
      if (above?.has(VM_GROWSDOWN)) {
        this.#line('expand_stack', 'VMA above the address', 'grows down, so it is extended to this page');
        return this.#pmd(above);
      }
      this.#line('lock_mm_and_find_vma', 'VMA of the address', 'none → SIGSEGV (MAPERR)');
      return 'signal';
    }
    this.#line('lock_vma_under_rcu', 'VMA of the address', `${permText(vma.flags)}, ${backing(vma)}`);
    if (accessError(vma, this.#fault.access)) {
      this.#line('access_error', 'VMA permissions', 'the access is not allowed → SIGSEGV (ACCERR)');
      return 'signal';
    }
    this.#line('access_error', 'VMA permissions', this.#write ? 'writing is allowed' : 'reading is allowed');
    return this.#pmd(vma);
  }

  /** __handle_mm_fault: is there a huge leaf, or may there be one? */
  #pmd(vma: Vma): FaultKind | 'signal' {
    const k = this.#k;
    const ref = findPte(k, this.#process.mm, this.#vpn);
    const huge = ref !== undefined && isHugeLeaf(k, ref);
    if (huge) return this.#hugeLeaf(vma, ref);
    const hasTable = k.tables.find(this.#process.mm.root, this.#vpn, 2);
    const empty = hasTable === undefined || (k.tables.lo(hasTable) === 0 && k.tables.hi(hasTable) === 0);
    if (empty && hugeAllowed(k, vma, this.#vpn)) {
      this.#line('__handle_mm_fault', 'PMD entry', 'empty, and a huge page is allowed here');
      this.#line(
        'do_huge_pmd_anonymous_page',
        'access',
        this.#write ? 'a write → a zeroed 2 MiB folio' : 'a read → the huge zero page',
      );
      return this.#write ? 'hugeDemandZero' : 'hugeZeroPage';
    }
    this.#line(
      '__handle_mm_fault',
      'PMD entry',
      empty ? 'empty, so a page table is made' : 'points to a page table',
    );
    return this.#pte(vma, ref);
  }

  #hugeLeaf(vma: Vma, ref: EntryRef): FaultKind | 'signal' {
    const k = this.#k;
    const lo = k.tables.lo(ref);
    if (!this.#write || k.pte.writable(lo)) {
      this.#line('__handle_mm_fault', 'PMD entry', 'a huge leaf that allows it already');
      return 'spurious';
    }
    const head = k.pte.pfn(lo, k.tables.hi(ref));
    this.#line('__handle_mm_fault', 'PMD entry', 'a huge leaf without W → do_huge_pmd_wp_page');
    if (k.isZero(head)) {
      this.#line('do_huge_pmd_wp_page', 'folio', 'the huge zero page → a new folio');
      return 'hugeDemandZero';
    }
    const references = refcountOf(k, head);
    if (k.frames.has(head, PG_EXCLUSIVE) || references === 1) {
      this.#line('do_huge_pmd_wp_page', 'folio', 'nobody else has it → reused whole');
      return 'hugeReuse';
    }
    this.#line('do_huge_pmd_wp_page', 'folio', `${references} references → the leaf is split into 512 PTEs`);
    this.#line('do_wp_page', 'page of the split folio', 'shared → copied alone');
    return vma.has(VM_SHARED) ? 'mkwrite' : 'cowCopy';
  }

  /** handle_pte_fault. */
  #pte(vma: Vma, ref: EntryRef | undefined): FaultKind | 'signal' {
    const k = this.#k;
    const lo = ref ? k.tables.lo(ref) : 0;
    const hi = ref ? k.tables.hi(ref) : 0;
    if (!ref || (lo === 0 && hi === 0)) {
      const anonymous = vma.isAnonymous;
      this.#line(
        'handle_pte_fault',
        'PTE',
        `empty → ${anonymous ? 'do_anonymous_page' : 'do_fault, a file is behind the VMA'}`,
      );
      return anonymous ? this.#anonymous() : this.#file(vma);
    }
    if (!k.pte.present(lo)) {
      this.#line('handle_pte_fault', 'PTE', 'a swap entry → do_swap_page');
      return 'swap';
    }
    if (this.#write && !k.pte.writable(lo)) {
      this.#line('handle_pte_fault', 'PTE', 'present, W is clear, a write → do_wp_page');
      return this.#writeProtected(vma, k.pte.pfn(lo, hi));
    }
    this.#line('handle_pte_fault', 'PTE', 'allows it already, only A and D are set');
    return 'spurious';
  }

  #anonymous(): FaultKind {
    this.#line(
      'do_anonymous_page',
      'access',
      this.#write ? 'a write → a frame of its own, zeroed' : 'a read → the shared zero page will do',
    );
    return this.#write ? 'demandZero' : 'zeroPage';
  }

  /** do_fault: read, write to a private mapping, write to a shared one. */
  #file(vma: Vma): FaultKind | 'signal' {
    const file = vma.file!;
    const index = vma.indexOf(this.#vpn);
    if (index >= file.pages) {
      this.#line('do_fault', `page ${index} of the file`, 'beyond its end → SIGBUS');
      return 'signal';
    }
    const cached = file.cache.has(index) ? 'in the page cache' : this.#missing(file.fs);
    if (!this.#write) {
      this.#line(
        'do_read_fault',
        `page ${index} of the file`,
        `${cached}; its cached neighbours are mapped too`,
      );
      return 'file';
    }
    if (vma.has(VM_SHARED)) {
      this.#line('do_shared_fault', `page ${index} of the file`, `${cached}; mapped writable itself`);
      return 'shared';
    }
    this.#line('do_cow_fault', `page ${index} of the file`, `${cached}; copied at once, since it is private`);
    return 'fileCopy';
  }

  #missing(fs: string): string {
    return fs === 'tmpfs' ? 'not there yet, so it is made' : 'not cached, read from disk, a major fault';
  }

  /** do_wp_page. */
  #writeProtected(vma: Vma, pfn: number): FaultKind | 'signal' {
    const k = this.#k;
    if (vma.has(VM_SHARED)) {
      if (wantsWriteNotify(vma) && vma.indexOf(this.#vpn) >= vma.file!.pages) {
        this.#line('wp_page_shared', 'file system', 'beyond the end of the file → SIGBUS');
        return 'signal';
      }
      this.#line('wp_page_shared', 'file system', 'is told (page_mkwrite); then W is set');
      return 'mkwrite';
    }
    if (k.isZero(pfn)) {
      this.#line('do_wp_page', 'page', 'the zero page → wp_page_copy, with zeros instead of a copy');
      return 'demandZero';
    }
    if (!k.frames.has(pfn, PG_ANON)) {
      this.#line('do_wp_page', 'page', 'belongs to the file → wp_page_copy');
      return 'fileCopy';
    }
    if (k.policy.reuse === 'exclusive' && k.frames.has(pfn, PG_EXCLUSIVE)) {
      this.#line('do_wp_page', 'PageAnonExclusive', 'yes, no one else can map it → wp_page_reuse');
      return 'cowReuse';
    }
    this.#line('do_wp_page', 'PageAnonExclusive', 'no, somebody else may map it');
    return this.#reuse(pfn);
  }

  /** wp_can_reuse_anon_folio, as far as the policy asks for it. */
  #reuse(pfn: number): FaultKind {
    const k = this.#k;
    const { reuse } = k.policy;
    const references = refcountOf(k, pfn);
    let mayReuse = reuse !== 'never' && references === 1;
    let finds = references === 1 ? '1 reference, ours' : `${references} references`;
    if (reuse === 'mapcount') {
      mayReuse = k.frames.mapcount[pfn] === 1;
      finds = `mapped ${k.frames.mapcount[pfn]} times`;
    } else if (reuse === 'exclusive' && k.frames.has(pfn, PG_LARGE)) {
      const folio = k.folios.at(pfn);
      mayReuse = folio.total > 1 && !folio.shared && folio.total === references;
      finds = `a large folio, ${folio.total} mappings, ${folio.shared ? 'perhaps of others too' : 'of one process'}, ${references} references`;
    }
    this.#line(
      'wp_can_reuse_anon_folio',
      'references',
      `${finds} → ${mayReuse ? 'wp_page_reuse' : 'wp_page_copy'}`,
    );
    return mayReuse ? 'cowReuse' : 'cowCopy';
  }
}

function backing(vma: Vma): string {
  if (!vma.file) return 'private anonymous memory';
  return `${vma.isPrivate ? 'private' : 'shared'} mapping of ${vma.file.name || 'shared memory'}`;
}
