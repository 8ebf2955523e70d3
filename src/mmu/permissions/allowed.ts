import { type AccessType, FETCH, LOAD, type Privilege, STORE, SUPERVISOR, USER } from '../../core/access.ts';
import { ATTR_ACCESSED, ATTR_DIRTY, ATTR_KEY_MASK } from '../../core/attributes.ts';
import type { Refusal } from '../rules/refusal.ts';

type Check = (attributes: number, access: AccessType, privilege: Privilege) => Refusal | null;

/** The flags and the key, the low bits of attributes: all that permissions depend on. */
const RELEVANT = ATTR_KEY_MASK | 0xff;
const UNKNOWN = 0xff;

/**
 * What a TLB entry with certain attributes lets happen at once, as a mask for its hot path: bit privilege * 3 + access
 * is set when the permission check allows the access and it leaves nothing to do in the PTE (A is set, for a store
 * D too). Six bits, worked out by the check itself when first asked.
 */
export class AllowedMasks {
  private readonly check: Check;
  private readonly masks = new Uint8Array(RELEVANT + 1).fill(UNKNOWN);

  constructor(check: Check) {
    this.check = check;
  }

  of(attributes: number): number {
    const known = this.masks[attributes & RELEVANT]!;
    return known === UNKNOWN ? this.workOut(attributes & RELEVANT) : known;
  }

  private workOut(attributes: number): number {
    let mask = 0;
    if (attributes & ATTR_ACCESSED) {
      for (const privilege of [USER, SUPERVISOR] as const) {
        for (const access of [FETCH, LOAD, STORE] as const) {
          const ready = access !== STORE || (attributes & ATTR_DIRTY) !== 0;
          if (ready && this.check(attributes, access, privilege) === null)
            mask |= 1 << (privilege * 3 + access);
        }
      }
    }
    this.masks[attributes] = mask;
    return mask;
  }
}
