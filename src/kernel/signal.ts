import { type AccessType, FETCH, STORE } from '../core/access.ts';
import type { FaultOutcome } from '../core/kernel-port.ts';
import { VM_ACCESS, VM_EXEC, VM_EXEC_ONLY, VM_WRITE } from './vma/flags.ts';
import type { Vma } from './vma/vma.ts';

export const MAPERR: FaultOutcome = { kind: 'signal', signal: 'SIGSEGV', code: 'MAPERR' };
export const ADRERR: FaultOutcome = { kind: 'signal', signal: 'SIGBUS', code: 'ADRERR' };
export const OOM_KILL: FaultOutcome = { kind: 'signal', signal: 'SIGKILL', code: 'OOM' };
const ACCERR: FaultOutcome = { kind: 'signal', signal: 'SIGSEGV', code: 'ACCERR' };
const PKUERR: FaultOutcome = { kind: 'signal', signal: 'SIGSEGV', code: 'PKUERR' };

/**
 * access_error: what a VMA refuses. A store needs PROT_WRITE, a fetch PROT_EXEC; a load any protection but NONE, since
 * x86 has no bit against reading. PROT_EXEC alone has a protection key that refuses both. Undefined when all is well.
 */
export function accessError(vma: Vma, access: AccessType): FaultOutcome | undefined {
  if (access === FETCH) return vma.has(VM_EXEC) ? undefined : ACCERR;
  if (vma.has(VM_EXEC_ONLY)) return PKUERR;
  if (access === STORE) return vma.has(VM_WRITE) ? undefined : ACCERR;
  return vma.has(VM_ACCESS) ? undefined : ACCERR;
}
