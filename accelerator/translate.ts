// src/mmu/mmu.ts: what an access needs that the filter does not know, as long as it goes well or meets a missing page.
import {
  CORE,
  CORE_ASSIST,
  CORE_ASSIST_CYCLES,
  CORE_ASSISTS,
  CORE_CAUSE_ASSIST,
  CORE_CAUSE_STLB_HIT,
  CORE_CAUSE_STLB_MISS,
  CORE_FAULTED,
  CORE_HIGHS,
  CORE_INCLUSIVE,
  CORE_ITLB,
  CORE_STLB,
  FIRST,
  FIRST_ALLOWED,
  FIRST_BYTES,
  FIRST_FIFO,
  FIRST_FRAMES,
  FIRST_ORDER,
  FIRST_SET_MASK,
  FIRST_SIMPLE,
  FIRST_TAGS,
  FIRST_WAYS,
  TLB_LATENCY,
  TLB_LOOKUPS,
  TLB_MISSES,
} from '../src/sim/accelerator/layout';
import { beginLatency, spend } from './clock';
import { touchNibbles } from './order';
import { wayOf } from './table';
import {
  allowedBy,
  attributesOf,
  canEnter,
  canInsert,
  enterPage,
  findPage,
  frameOf,
  insertPage,
  isWhole,
  usePage,
} from './tlb';
import {
  ENDS_WELL,
  foresee,
  isClean,
  NOT_PRESENT,
  UNFORESEEN,
  walk,
  walkedAllowed,
  walkedAttributes,
  walkedFrame,
} from './walk';

const STORE = 2;
const ABSENT = -1;

/** How a translation ended: nothing was changed; the page is there; its walk met an entry that is not present. */
export const LEFT = 0;
export const TRANSLATED = 1;
export const FAULTED = 2;

/** Of the access translated last: the frame of its 4 KiB page, and what its entry allows. */
export let frame: f64 = 0;
export let allowed: i32 = 0;

/** An ordinary hit in the first level, whatever its place in the order of use. False: nothing was changed. */
export function reuse(type: i32, key: i32): bool {
  const first = FIRST + type * FIRST_BYTES;
  if (load<i32>(first, FIRST_SIMPLE) === 0) return false;
  const set = key & load<i32>(first, FIRST_SET_MASK);
  const ways = load<i32>(first, FIRST_WAYS);
  const way = wayOf(<usize>load<i32>(first, FIRST_TAGS) + ((set * ways) << 2), ways, key);
  if (way < 0) return false;
  const slot = set * ways + way;
  const rights = <i32>load<u8>(<usize>load<i32>(first, FIRST_ALLOWED) + slot);
  if (((rights >> type) & 1) === 0) return false;
  if (load<i32>(first, FIRST_FIFO) === 0) {
    touchNibbles(<usize>load<i32>(first, FIRST_ORDER) + (set << 3), way);
  }
  allowed = rights;
  frame = load<f64>(<usize>load<i32>(first, FIRST_FRAMES) + (slot << 3));
  return true;
}

/**
 * Translates a record of this type whose page has this key. Unless it is LEFT, what it cost is spent; TRANSLATED, its
 * first-level TLB holds the page. `again`: it has FAULTED, the kernel has made the page, and its misses are counted.
 */
export function translate(record: i32, type: i32, key: i32, again: bool): i32 {
  const first = <usize>load<i32>(CORE + (type << 2), CORE_ITLB);
  const slot = findPage(first, key);
  beginLatency();
  if (slot === ABSENT) return missed(first, record, type, key, again);
  if (slot < 0) return LEFT;
  allowed = allowedBy(first, slot);
  if (!allows(type)) return assisted(first, slot, record, type, key);
  usePage(first, key, slot);
  frame = frameOf(first, slot, key);
  return TRANSLATED;
}

function allows(type: i32): bool {
  return ((allowed >> type) & 1) !== 0;
}

/** The first level has no entry of the page. */
function missed(first: usize, record: i32, type: i32, key: i32, again: bool): i32 {
  if (!canInsert(first, key, false)) return LEFT;
  const stlb = <usize>load<i32>(CORE, CORE_STLB);
  if (stlb !== 0) {
    const slot = findPage(stlb, key);
    if (slot >= 0) return again ? LEFT : foundInSecond(first, stlb, slot, record, type, key);
    if (slot !== ABSENT || !canInsert(stlb, key, load<i32>(CORE, CORE_INCLUSIVE) !== 0)) return LEFT;
  }
  const path = foresee(vpnOf(record), type);
  if (path === UNFORESEEN || (again && path === NOT_PRESENT)) return LEFT;
  if (!again) tally(first, TLB_MISSES);
  if (stlb !== 0) {
    if (!again) {
      tally(stlb, TLB_LOOKUPS);
      tally(stlb, TLB_MISSES);
    }
    spend(load<i32>(CORE, CORE_CAUSE_STLB_MISS), load<i32>(stlb, TLB_LATENCY));
  }
  if (path === NOT_PRESENT) {
    tally(CORE, CORE_FAULTED);
    walk();
    return FAULTED;
  }
  walkAndTake();
  if (stlb !== 0) insertPage(stlb, key, frame, walkedAttributes, allowed);
  insertPage(first, key, frame, walkedAttributes, allowed);
  return TRANSLATED;
}

/** The second level has an entry of the page: a whole 4 KiB one can be entered into the first here. */
function foundInSecond(first: usize, stlb: usize, slot: i32, record: i32, type: i32, key: i32): i32 {
  if (!isWhole(stlb, slot)) return LEFT;
  allowed = allowedBy(stlb, slot);
  const attributes = attributesOf(stlb, slot);
  const assist = !allows(type);
  if (assist && !canAssist(attributes, record, type)) return LEFT;
  tally(first, TLB_MISSES);
  tally(stlb, TLB_LOOKUPS);
  usePage(stlb, key, slot);
  spend(load<i32>(CORE, CORE_CAUSE_STLB_HIT), load<i32>(stlb, TLB_LATENCY));
  frame = frameOf(stlb, slot, key);
  insertPage(first, key, frame, attributes, allowed);
  if (assist) assistedWalk(first, key);
  return TRANSLATED;
}

/** The first level has an entry that refuses the access: a store to a clean page is all that is known here. */
function assisted(first: usize, slot: i32, record: i32, type: i32, key: i32): i32 {
  if (!isWhole(first, slot) || !canAssist(attributesOf(first, slot), record, type)) return LEFT;
  const stlb = <usize>load<i32>(CORE, CORE_STLB);
  if (stlb !== 0 && !canEnter(stlb, key, load<i32>(CORE, CORE_INCLUSIVE) !== 0)) return LEFT;
  assistedWalk(first, key);
  return TRANSLATED;
}

function canAssist(attributes: i32, record: i32, type: i32): bool {
  return (
    type === STORE &&
    load<i32>(CORE, CORE_ASSIST) !== 0 &&
    isClean(attributes) &&
    foresee(vpnOf(record), type) === ENDS_WELL
  );
}

/** The foreseen walk sets D; what it brings replaces the entries of the page. */
function assistedWalk(first: usize, key: i32): void {
  store<i32>(CORE, load<i32>(CORE, CORE_ASSISTS) + 1, CORE_ASSISTS);
  walkAndTake();
  const stlb = <usize>load<i32>(CORE, CORE_STLB);
  if (stlb !== 0) enterPage(stlb, key, frame, walkedAttributes, allowed);
  enterPage(first, key, frame, walkedAttributes, allowed);
  spend(load<i32>(CORE, CORE_CAUSE_ASSIST), load<i32>(CORE, CORE_ASSIST_CYCLES));
}

function walkAndTake(): void {
  walk();
  frame = walkedFrame;
  allowed = walkedAllowed;
}

function vpnOf(record: i32): u64 {
  const high = <u64>load<u32>(<usize>load<i32>(CORE, CORE_HIGHS) + ((record >>> 22) << 2));
  return (high << 20) | <u64>((record >>> 2) & 0xfffff);
}

function tally(record: usize, counter: usize): void {
  store<i32>(record + counter, load<i32>(record + counter) + 1);
}
