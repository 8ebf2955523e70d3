import type { AccessType, Privilege } from './access.ts';
import type { Vpn } from './addr.ts';

/** Why a translation was refused. One word per check of the manuals; the walker tags each with its step. */
export type FaultReason =
  | 'non-canonical'
  | 'not-present'
  | 'reserved-bit'
  | 'misaligned-superpage'
  | 'no-leaf'
  | 'access-fault'
  | 'address-size'
  | 'user-page'
  | 'supervisor-page'
  | 'not-readable'
  | 'not-writable'
  | 'not-executable'
  | 'protection-key'
  | 'smep'
  | 'smap'
  | 'accessed-clear'
  | 'dirty-clear';

/**
 * A refused translation, as the architecture reports it.
 * - `vector`: x86 exception vector (14 #PF, 13 #GP), RISC-V mcause, Arm exception class.
 * - `code`: x86 page-fault error code (P W U RSVD I PK), RISC-V mcause again, Arm fault status code.
 * - `level`: paging level at which the walk ended (1 = the last table), 0 when no table was read.
 * - `step`: where the manual states the check, for people.
 */
export interface Fault {
  readonly vector: number;
  readonly code: number;
  readonly reason: FaultReason;
  readonly level: number;
  readonly vpn: Vpn;
  readonly offset: number;
  readonly access: AccessType;
  readonly privilege: Privilege;
  readonly step: string;
}
