import type { Vpn } from '../../core/addr.ts';
import { PAGE_BYTES } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import { SyscallError } from '../outcome.ts';
import { createFile } from '../page-cache/lifetime.ts';
import type { Process } from '../process.ts';
import type { KernelState } from '../state.ts';
import {
  protFlags,
  VM_ACCESS,
  VM_ACCOUNT,
  VM_EXEC,
  VM_EXEC_ONLY,
  VM_GROWSDOWN,
  VM_LOCKED,
  VM_NORESERVE,
  VM_SHARED,
  VM_WRITE,
} from '../vma/flags.ts';
import type { CachedFile } from '../vma/vma.ts';
import { unmapRange } from './munmap.ts';
import { populate } from './populate.ts';

export interface MmapRequest {
  readonly vpn: Vpn;
  readonly pages: number;
  /** Letters of `r`, `w`, `x`; none of them is PROT_NONE. */
  readonly prot: string;
  readonly shared: boolean;
  /** The file and its page at `vpn`; without it the mapping is anonymous. */
  readonly file?: { readonly file: CachedFile; readonly page: number };
  /** Replaces what is there (MAP_FIXED); otherwise that is EEXIST (MAP_FIXED_NOREPLACE). */
  readonly fixed?: boolean;
  readonly populate?: boolean;
  readonly locked?: boolean;
  readonly noreserve?: boolean;
  readonly growsDown?: boolean;
}

/** mmap at a fixed place. Throws SyscallError EINVAL (no pages), EEXIST. */
export function mmap(k: KernelState, process: Process, request: MmapRequest): void {
  const { mm } = process;
  const { vpn, pages } = request;
  if (pages <= 0) throw new SyscallError('EINVAL');
  const end = vpn + pages;
  if (!request.fixed && mm.vmas.overlapping(vpn, end).length > 0) throw new SyscallError('EEXIST');
  unmapRange(k, mm, vpn, end);
  mapRegion(k, mm, request, requestFlags(k, request));
  k.meter.add('vmaEdit');
  if (request.locked) mm.lockedPages += pages;
  if (request.populate || request.locked) populate(k, process, vpn, end, true);
}

function requestFlags(k: KernelState, request: MmapRequest): number {
  const flags =
    accessFlags(k, request.prot) |
    (request.shared ? VM_SHARED : 0) |
    (request.locked ? VM_LOCKED : 0) |
    (request.noreserve ? VM_NORESERVE : 0) |
    (request.growsDown ? VM_GROWSDOWN : 0);
  // accountable_mapping: private and writable memory counts against the commit limit.
  const accountable = (flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) === VM_WRITE;
  return accountable ? flags | VM_ACCOUNT : flags;
}

/** The access flags of a protection; PROT_EXEC alone takes a protection key that forbids reads where there are keys. */
export function accessFlags(k: KernelState, prot: string): number {
  const flags = protFlags(prot);
  return k.execOnly && (flags & VM_ACCESS) === VM_EXEC ? flags | VM_EXEC_ONLY : flags;
}

/** mmap_region: joins a neighbour or makes a VMA. Shared anonymous memory gets a memory file of its own. */
function mapRegion(k: KernelState, mm: Mm, request: MmapRequest, flags: number): void {
  const { vpn, pages } = request;
  if (!request.file && request.shared) {
    const file = createFile(k, '/dev/zero (deleted)', 'tmpfs', pages * PAGE_BYTES, false);
    mm.editor.insertNew(mm, vpn, vpn + pages, flags, 0, file);
    return;
  }
  const file = request.file?.file;
  const pgoff = request.file?.page ?? vpn;
  if (mm.editor.mergeNew(vpn, vpn + pages, flags, pgoff, file)) return;
  mm.editor.insertNew(mm, vpn, vpn + pages, flags, pgoff, file);
}
