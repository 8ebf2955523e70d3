import type { Vpn } from '../core/addr.ts';
import type { PagingMode } from '../mmu/mode/mode.ts';

/** A part of the address: which bits, what they are for, what they hold here. */
export interface AddressField {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly value: number;
}

/** What each level takes of an address, root first, and the offset. Upper bits that no level takes are left out. */
export function addressFields(mode: PagingMode, vpn: Vpn, offset: number): AddressField[] {
  const fields: AddressField[] = [{ name: 'offset', high: 11, low: 0, value: offset }];
  let low = 12;
  for (const [i, bits] of mode.indexBits.entries()) {
    const value = Math.floor(vpn / 2 ** (low - 12)) % 2 ** bits;
    fields.unshift({ name: tableName(mode, i + 1), high: low + bits - 1, low, value });
    low += bits;
  }
  return fields;
}

const X86_TABLES = ['PT', 'PD', 'PDPT', 'PML4', 'PML5'];

/** What the manuals call the table of a level. */
export function tableName(mode: PagingMode, level: number): string {
  return mode.family === 'x86' ? X86_TABLES[level - 1]! : `L${level}`;
}
