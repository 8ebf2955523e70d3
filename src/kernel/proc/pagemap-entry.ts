import type { Vpn } from '../../core/addr.ts';
import type { Mm } from '../mm.ts';
import type { KernelState } from '../state.ts';
import { pageAt } from './pagemap.ts';

const PRESENT = 1n << 63n;
const SWAPPED = 1n << 62n;
const FILE_OR_SHARED = 1n << 61n;
/** Mapped exactly once: not the same as PageAnonExclusive. */
const EXCLUSIVE = 1n << 56n;

/** The 64-bit word of /proc/PID/pagemap for a page (Documentation/admin-guide/mm/pagemap.rst); soft-dirty is not kept. */
export function pagemapEntry(k: KernelState, mm: Mm, vpn: Vpn): bigint {
  const page = pageAt(k, mm, vpn);
  switch (page.kind) {
    case 'none':
      return 0n;
    case 'swap':
      return SWAPPED;
    case 'zero':
      return PRESENT | BigInt(page.pfn);
    default:
      return (
        PRESENT |
        BigInt(page.pfn) |
        (page.kind === 'file' ? FILE_OR_SHARED : 0n) |
        (page.mapcount === 1 ? EXCLUSIVE : 0n)
      );
  }
}
