// src/tlb/associative.ts, for LRU and FIFO.
import {
  TABLE_BASE,
  TABLE_FIFO,
  TABLE_FILLED,
  TABLE_NEWER,
  TABLE_NEWEST,
  TABLE_OLDER,
  TABLE_ORDER,
  TABLE_TAGS,
  TABLE_WAYS,
} from '../src/sim/accelerator/layout';
import { oldestNibble, ringOldest, ringTouch, ringTurn, touchNibbles, turnNibbles } from './order';

export const EMPTY = -1;

/** The way of a set that holds `tag`, or -1. Four at a time: behind the last way stand another set's. */
export function wayOf(tags: usize, ways: i32, tag: i32): i32 {
  const wanted = i32x4.splat(tag);
  for (let way = 0; way < ways; way += 4) {
    const equal = i32x4.bitmask(i32x4.eq(v128.load(tags + (way << 2)), wanted));
    if (equal === 0) continue;
    const found = way + ctz(equal);
    return found < ways ? found : -1;
  }
  return -1;
}

/** The slot (in its TLB) that holds `tag`, or -1; changes nothing. */
export function find(table: usize, set: i32, tag: i32): i32 {
  const ways = load<i32>(table, TABLE_WAYS);
  const first = set * ways;
  const way = wayOf(<usize>load<i32>(table, TABLE_TAGS) + (first << 2), ways, tag);
  return way < 0 ? -1 : first + way + load<i32>(table, TABLE_BASE);
}

/** A slot that {@link find} gave is used. */
export function use(table: usize, set: i32, slot: i32): void {
  if (load<i32>(table, TABLE_FIFO) !== 0) return;
  const own = slot - load<i32>(table, TABLE_BASE);
  const order = <usize>load<i32>(table, TABLE_ORDER);
  if (order !== 0) {
    touchNibbles(order + (set << 3), own - set * load<i32>(table, TABLE_WAYS));
  } else {
    const newest = <usize>load<i32>(table, TABLE_NEWEST);
    ringTouch(newest, <usize>load<i32>(table, TABLE_OLDER), <usize>load<i32>(table, TABLE_NEWER), set, own);
  }
}

/** The slot that the next fill of a set will take. */
export function victim(table: usize, set: i32): i32 {
  const order = <usize>load<i32>(table, TABLE_ORDER);
  const ways = load<i32>(table, TABLE_WAYS);
  const own =
    order !== 0
      ? set * ways + oldestNibble(order + (set << 3), ways)
      : ringOldest(<usize>load<i32>(table, TABLE_NEWEST), <usize>load<i32>(table, TABLE_NEWER), set);
  return own + load<i32>(table, TABLE_BASE);
}

/** The tag in a slot. */
export function tagOf(table: usize, slot: i32): i32 {
  return load<i32>(<usize>load<i32>(table, TABLE_TAGS) + ((slot - load<i32>(table, TABLE_BASE)) << 2));
}

/** Puts `tag`, which is not there, in the victim's place; returns the slot. Counts a free slot that is free no more. */
export function insert(table: usize, set: i32, tag: i32): i32 {
  const order = <usize>load<i32>(table, TABLE_ORDER);
  const ways = load<i32>(table, TABLE_WAYS);
  const own =
    order !== 0
      ? set * ways + turnNibbles(order + (set << 3), ways)
      : ringTurn(<usize>load<i32>(table, TABLE_NEWEST), <usize>load<i32>(table, TABLE_NEWER), set);
  const at = <usize>load<i32>(table, TABLE_TAGS) + (own << 2);
  if (load<i32>(at) === EMPTY) store<i32>(table, load<i32>(table, TABLE_FILLED) + 1, TABLE_FILLED);
  store<i32>(at, tag);
  return own + load<i32>(table, TABLE_BASE);
}
