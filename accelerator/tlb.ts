// src/tlb/tlb.ts: lookups of all sizes, fills of 4 KiB entries.
import {
  SIZE_BYTES,
  SIZE_MASKED,
  SIZE_SHIFT,
  SIZE_TABLE,
  SIZE_TAG_BASE,
  TABLE_SET_MASK,
  TLB_ALLOWED,
  TLB_ATTRIBUTES,
  TLB_EVICTIONS,
  TLB_FRAMES,
  TLB_LARGE,
  TLB_PIECES,
  TLB_SHIFTS,
  TLB_SIZE_COUNT,
  TLB_SIZES,
  TLB_SMALL,
} from '../src/sim/accelerator/layout';
import { EMPTY, find, insert, tagOf, use, victim } from './table';

/** Not to be answered here: an entry of some size may be there, but its set is not under a mask. */
export const UNKNOWN = -2;

/** The slot of the entry that covers the page of `key`, -1 or UNKNOWN; changes nothing. */
export function findPage(tlb: usize, key: i32): i32 {
  const slot = findSmall(tlb, key);
  return slot >= 0 || load<i32>(tlb, TLB_LARGE) === 0 ? slot : findLarge(tlb, key);
}

function findSmall(tlb: usize, key: i32): i32 {
  const small = <usize>load<i32>(tlb, TLB_SMALL);
  return find(small, key & load<i32>(small, TABLE_SET_MASK), key);
}

function findLarge(tlb: usize, key: i32): i32 {
  let size = <usize>load<i32>(tlb, TLB_SIZES);
  const end = size + load<i32>(tlb, TLB_SIZE_COUNT) * SIZE_BYTES;
  for (; size < end; size += SIZE_BYTES) {
    if (load<i32>(size, SIZE_MASKED) === 0) return UNKNOWN;
    const table = <usize>load<i32>(size, SIZE_TABLE);
    const number = key >>> load<i32>(size, SIZE_SHIFT);
    const slot = find(
      table,
      number & load<i32>(table, TABLE_SET_MASK),
      number + load<i32>(size, SIZE_TAG_BASE),
    );
    if (slot >= 0) return slot;
  }
  return -1;
}

/** A slot that {@link findPage} gave for this page is used. */
export function usePage(tlb: usize, key: i32, slot: i32): void {
  const shift = sizeShift(tlb, slot);
  if (shift === 0) {
    const small = <usize>load<i32>(tlb, TLB_SMALL);
    use(small, key & load<i32>(small, TABLE_SET_MASK), slot);
    return;
  }
  let size = <usize>load<i32>(tlb, TLB_SIZES);
  while (load<i32>(size, SIZE_SHIFT) !== shift) size += SIZE_BYTES;
  const table = <usize>load<i32>(size, SIZE_TABLE);
  use(table, (key >>> shift) & load<i32>(table, TABLE_SET_MASK), slot);
}

export function allowedBy(tlb: usize, slot: i32): i32 {
  return load<u8>(<usize>load<i32>(tlb, TLB_ALLOWED) + slot);
}

export function attributesOf(tlb: usize, slot: i32): i32 {
  return load<i32>(<usize>load<i32>(tlb, TLB_ATTRIBUTES) + (slot << 2));
}

function sizeShift(tlb: usize, slot: i32): i32 {
  return load<u8>(<usize>load<i32>(tlb, TLB_SHIFTS) + slot);
}

/** Whether a slot holds a whole 4 KiB leaf, or nothing. */
export function isWhole(tlb: usize, slot: i32): bool {
  return sizeShift(tlb, slot) === 0 && load<u8>(<usize>load<i32>(tlb, TLB_PIECES) + slot) === 0;
}

/** The frame of the 4 KiB page of `key` under an entry that covers it. */
export function frameOf(tlb: usize, slot: i32, key: i32): f64 {
  const frame = load<f64>(<usize>load<i32>(tlb, TLB_FRAMES) + (slot << 3));
  return frame + <f64>(key & ((1 << sizeShift(tlb, slot)) - 1));
}

/**
 * Whether a 4 KiB entry can be filled here without anything that the TypeScript side must know of: nobody leaves, or
 * a 4 KiB entry that `leaveAlone` does not forbid to go.
 */
export function canInsert(tlb: usize, key: i32, leaveAlone: bool): bool {
  const small = <usize>load<i32>(tlb, TLB_SMALL);
  const slot = victim(small, key & load<i32>(small, TABLE_SET_MASK));
  if (!isWhole(tlb, slot)) return false;
  return !leaveAlone || tagOf(small, slot) === EMPTY;
}

/** As {@link canInsert}, where a 4 KiB entry of the page may be there already: it will be replaced. */
export function canEnter(tlb: usize, key: i32, leaveAlone: bool): bool {
  const slot = findSmall(tlb, key);
  if (slot < 0) return canInsert(tlb, key, leaveAlone);
  return isWhole(tlb, slot);
}

/** As {@link insertPage}; the caller has asked {@link canEnter}. */
export function enterPage(tlb: usize, key: i32, frame: f64, attributes: i32, allowed: i32): void {
  const slot = findSmall(tlb, key);
  if (slot < 0) {
    insertPage(tlb, key, frame, attributes, allowed);
    return;
  }
  const small = <usize>load<i32>(tlb, TLB_SMALL);
  use(small, key & load<i32>(small, TABLE_SET_MASK), slot);
  write(tlb, slot, frame, attributes, allowed);
}

/** Fills a 4 KiB entry that is not there; the caller has asked {@link canInsert}. */
export function insertPage(tlb: usize, key: i32, frame: f64, attributes: i32, allowed: i32): void {
  const small = <usize>load<i32>(tlb, TLB_SMALL);
  const set = key & load<i32>(small, TABLE_SET_MASK);
  if (tagOf(small, victim(small, set)) !== EMPTY) {
    store<i32>(tlb, load<i32>(tlb, TLB_EVICTIONS) + 1, TLB_EVICTIONS);
  }
  write(tlb, insert(small, set, key), frame, attributes, allowed);
}

function write(tlb: usize, slot: i32, frame: f64, attributes: i32, allowed: i32): void {
  store<f64>(<usize>load<i32>(tlb, TLB_FRAMES) + (slot << 3), frame);
  store<i32>(<usize>load<i32>(tlb, TLB_ATTRIBUTES) + (slot << 2), attributes);
  store<u8>(<usize>load<i32>(tlb, TLB_ALLOWED) + slot, <u8>allowed);
}
