import { formatAddress } from '../core/addr.ts';
import { InputError } from '../core/errors.ts';
import type { Fault } from '../core/fault.ts';

/**
 * A trace accesses what the machine's paging mode has no addresses for, as a trace of 48-bit addresses does on Sv39:
 * no kernel can map that.
 */
export function beyondMode({ vpn, offset, step }: Fault): InputError {
  return new InputError(
    `the trace accesses ${formatAddress(vpn, offset)}, and the machine translates no such address (${step})`,
    { remedy: 'take a machine with wider addresses: --set paging.mode=sv48, or another --machine' },
  );
}
