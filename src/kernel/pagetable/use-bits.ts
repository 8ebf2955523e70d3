import type { KernelState } from '../state.ts';
import type { EntryRef } from './table.ts';

const WORDS_PER_FRAME = 1024;

/**
 * Takes A or D from an entry whose page stays mapped (ptep_test_and_clear_young, page_mkclean_one): the one way in
 * which software does so, noted for whoever checks that the bits go in no other (KernelState.useBitsTaken).
 */
export function takeUseBits(k: KernelState, ref: EntryRef, bits: number): void {
  ref.slab[ref.at]! &= ~bits;
  const { useBitsTaken } = k;
  if (useBitsTaken === null) return;
  const place = placeOf(ref);
  useBitsTaken.set(place, (useBitsTaken.get(place) ?? 0) | bits);
}

/** A number for the word that an entry is in. */
export function placeOf({ table, at }: EntryRef): number {
  return table * WORDS_PER_FRAME + (at % WORDS_PER_FRAME);
}
