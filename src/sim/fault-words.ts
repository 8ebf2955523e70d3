import { ACCESS_NAMES, USER } from '../core/access.ts';
import type { Fault } from '../core/fault.ts';
import type { PagingMode } from '../mmu/mode/mode.ts';

/** Bits of the page-fault error code, lowest first (SDM vol. 3A, figure 4-12). */
const X86_BITS = ['P', 'W', 'U', 'RSVD', 'I', 'PK'];
const RSVD = 1 << 3;
const PK = 1 << 5;

/** mcause (privileged manual, exception codes). */
const RISCV_CAUSES: Readonly<Record<number, string>> = {
  1: 'instruction access fault',
  5: 'load access fault',
  7: 'store/AMO access fault',
  12: 'instruction page fault',
  13: 'load page fault',
  15: 'store/AMO page fault',
};

/** A fault as its architecture reports it, decoded: `#PF, error code 0x6 = W + U: ...`. */
export function describeFault(mode: PagingMode, { vector, code, access, privilege }: Fault): string {
  if (mode.family === 'riscv') return `${RISCV_CAUSES[code] ?? `exception ${code}`} (scause ${code})`;
  if (mode.family !== 'x86') return `vector ${vector}, code ${code}, on a ${ACCESS_NAMES[access]}`;
  if (vector !== 14) return `#GP (vector ${vector}): no page fault, the address itself is not valid`;
  const set = X86_BITS.filter((_bit, i) => code & (1 << i));
  const names = set.length > 0 ? ` = ${set.join(' + ')}` : '';
  const why =
    code & RSVD
      ? 'a reserved bit is set'
      : code & PK
        ? 'the page is there, its protection key refuses'
        : code & 1
          ? 'the page is there, its rights refuse'
          : 'the page is not there';
  const who = privilege === USER ? 'user code' : 'the kernel';
  return `#PF, error code 0x${code.toString(16)}${names}: ${why}; a ${ACCESS_NAMES[access]} by ${who}`;
}
