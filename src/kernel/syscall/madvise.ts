import type { Vpn } from '../../core/addr.ts';
import { nearest } from '../../core/errors.ts';
import { SyscallError } from '../outcome.ts';
import { readWindow } from '../page-cache/readahead.ts';
import { punchHole } from '../page-cache/truncate.ts';
import { zapRange } from '../pagetable/zap.ts';
import type { Process } from '../process.ts';
import { madviseFree } from '../reclaim/lazyfree.ts';
import { coldOrPageOut } from '../reclaim/pageout.ts';
import type { KernelState } from '../state.ts';
import { collapse } from '../thp/collapse.ts';
import {
  VM_DONTCOPY,
  VM_HUGEPAGE,
  VM_LOCKED,
  VM_NOHUGEPAGE,
  VM_RAND_READ,
  VM_SEQ_READ,
  VM_SHARED,
  VM_WIPEONFORK,
} from '../vma/flags.ts';
import type { Vma } from '../vma/vma.ts';
import { madvisePopulate } from './madvise-populate.ts';

/** One stretch of the range that lies within one VMA. */
interface Piece {
  readonly k: KernelState;
  readonly process: Process;
  readonly vma: Vma;
  readonly start: Vpn;
  readonly end: Vpn;
}

const setFlags = (set: number, clear: number) => (piece: Piece) => {
  const flags = (piece.vma.flags & ~clear) | set;
  if (flags !== piece.vma.flags)
    piece.process.mm.editor.modifyFlags(piece.vma, piece.start, piece.end, flags);
};

/** What each advice does to one VMA (madvise_vma_behavior). */
const ADVICE: Record<string, (piece: Piece) => void> = {
  normal: setFlags(0, VM_RAND_READ | VM_SEQ_READ),
  sequential: setFlags(VM_SEQ_READ, VM_RAND_READ),
  random: setFlags(VM_RAND_READ, VM_SEQ_READ),
  dontfork: setFlags(VM_DONTCOPY, 0),
  dofork: setFlags(0, VM_DONTCOPY),
  wipeonfork: (piece) => {
    if (!piece.vma.isAnonymous || piece.vma.has(VM_SHARED)) throw new SyscallError('EINVAL');
    setFlags(VM_WIPEONFORK, 0)(piece);
  },
  keeponfork: setFlags(0, VM_WIPEONFORK),
  hugepage: setFlags(VM_HUGEPAGE, VM_NOHUGEPAGE),
  nohugepage: setFlags(VM_NOHUGEPAGE, VM_HUGEPAGE),
  willneed: willNeed,
  dontneed: ({ k, process, vma, start, end }) => {
    if (vma.has(VM_LOCKED)) throw new SyscallError('EINVAL');
    zapRange(k, process.mm, vma, start, end, { reclaimTables: true });
  },
  free: ({ k, process, vma, start, end }) => {
    if (vma.has(VM_LOCKED) || !vma.isAnonymous) throw new SyscallError('EINVAL');
    madviseFree(k, process.mm, start, end);
  },
  remove: ({ k, vma, start, end }) => {
    if (vma.has(VM_LOCKED) || !vma.file) throw new SyscallError('EINVAL');
    if (!vma.has(VM_SHARED)) throw new SyscallError('EACCES');
    punchHole(k, vma.file, vma.indexOf(start), vma.indexOf(end));
  },
  cold: ({ k, process, vma, start, end }) => {
    if (vma.has(VM_LOCKED)) throw new SyscallError('EINVAL');
    coldOrPageOut(k, process.mm, start, end, false);
  },
  pageout: ({ k, process, vma, start, end }) => {
    if (vma.has(VM_LOCKED)) throw new SyscallError('EINVAL');
    coldOrPageOut(k, process.mm, start, end, true);
  },
  collapse: ({ k, process, vma, start, end }) => collapse(k, process, vma, start, end),
};

/** The advices there are, for parsers. */
export const ADVICES: readonly string[] = [...Object.keys(ADVICE), 'populate_read', 'populate_write'];

/**
 * madvise: VMA by VMA. A hole does not stop it, but gives ENOMEM at the end; an advice that a VMA refuses stops it
 * there with EINVAL or EACCES. Throws SyscallError.
 */
export function madvise(k: KernelState, process: Process, start: Vpn, pages: number, advice: string): void {
  if (advice === 'populate_read' || advice === 'populate_write') {
    madvisePopulate(k, process, start, pages, advice === 'populate_write');
    return;
  }
  const apply = ADVICE[advice];
  if (!apply) {
    const guess = nearest(advice, ADVICES);
    throw new Error(`unknown advice '${advice}'${guess ? `, did you mean '${guess}'?` : ''}`);
  }
  if (pages <= 0) return;
  const { mm } = process;
  const end = start + pages;
  let at = start;
  let hole = false;
  for (const found of mm.vmas.overlapping(start, end)) {
    if (found.start > at) {
      hole = true;
      at = found.start;
    }
    const stop = Math.min(found.end, end);
    if (stop <= at) continue;
    apply({ k, process, vma: mm.vmas.find(at)!, start: at, end: stop });
    at = stop;
  }
  if (hole || at < end) throw new SyscallError('ENOMEM');
}

/** MADV_WILLNEED: reads a file's pages ahead; anonymous memory has nothing to read but swap. */
function willNeed({ k, vma, start, end }: Piece): void {
  if (vma.file?.fs !== 'ext4') return;
  readWindow(k, vma.file, vma.indexOf(start), end - start, -1);
}
