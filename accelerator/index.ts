// The loop of src/sim/cpu.ts over packed records, with what a miss needs when it goes well. A record that needs more
// (a fault, a dirty assist, refused rights, large pages to be filled) ends the call before it has left a trace.
import {
  CORE,
  CORE_ASID_BITS,
  CORE_CAUSE_STLB_HIT,
  CORE_CAUSE_STLB_MISS,
  CORE_DATA_CACHES,
  CORE_DATA_CAUSES,
  CORE_DTLB,
  CORE_HIGHS,
  CORE_INCLUSIVE,
  CORE_ITLB,
  CORE_STLB,
  CORE_STORE_TLB,
  TLB_LATENCY,
  TLB_LOOKUPS,
  TLB_MISSES,
} from '../src/sim/accelerator/layout';
import { latencyOf, request } from './caches';
import { beginLatency, borrowClock, pend, returnClock, spend } from './clock';
import { allowedBy, attributesOf, canInsert, findPage, frameOf, insertPage, usePage } from './tlb';
import { allowed, attributes, foresee, frame, setAllowed, walk } from './walk';

const FETCH = 0;
const LOAD = 1;
const STORE = 2;
const NOTHING = -1;
const OFFSET_MASK = 0xfff;
/** The size field of attributes: what is not a 4 KiB leaf is entered by the other side. */
const SIZE_FIELD = 0x3f << 18;

/** The frame of the access in hand. */
let reached: f64 = 0;

/** Runs records from..to-1 of the columns; the first one that was not run, or `to`. */
export function run(keys: usize, offsets: usize, from: i32, to: i32): i32 {
  borrowClock();
  const done =
    load<i32>(CORE, CORE_DATA_CACHES) === 0
      ? runTranslations(keys, from, to)
      : runWithData(keys, offsets, from, to);
  returnClock();
  return done;
}

/** The same-page filter is that of cpu.ts: nothing here drops an entry, so what is remembered stays true. */
function runTranslations(keys: usize, from: i32, to: i32): i32 {
  const itlb = <usize>load<i32>(CORE, CORE_ITLB);
  const dtlb = <usize>load<i32>(CORE, CORE_DTLB);
  const storeTlb = <usize>load<i32>(CORE, CORE_STORE_TLB);
  const asidBits = load<i32>(CORE, CORE_ASID_BITS);
  let lastFetch = NOTHING;
  let lastLoad = NOTHING;
  let lastStore = NOTHING;
  let fetches = 0;
  let loads = 0;
  let i = from;
  for (; i < to; i++) {
    const record = load<i32>(keys + (i << 2));
    if (record === lastFetch) {
      fetches++;
      continue;
    }
    if (record === lastLoad) {
      loads++;
      continue;
    }
    if (record === lastStore) continue;
    const type = record & 3;
    const key = (record >>> 2) | asidBits;
    const tlb = type === FETCH ? itlb : type === LOAD ? dtlb : storeTlb;
    const slot = findPage(tlb, key);
    let rights: i32;
    if (slot >= 0) {
      rights = allowedBy(tlb, slot);
      if (((rights >> type) & 1) === 0) break;
      usePage(tlb, key, slot);
    } else {
      if (slot !== -1 || !missed(tlb, key, record, type)) break;
      pend(i - from);
      rights = allowed;
    }
    if (type === FETCH) {
      fetches++;
      lastFetch = record;
      continue;
    }
    if (type === LOAD) loads++;
    const page = record & ~3;
    if (storeTlb === dtlb) {
      lastLoad = (rights & 2) !== 0 ? page | LOAD : NOTHING;
      lastStore = (rights & 4) !== 0 ? page | STORE : NOTHING;
    } else if (type === LOAD) lastLoad = record;
    else lastStore = record;
  }
  countLookups(fetches, loads, i - from - fetches - loads);
  return i;
}

/** As {@link runTranslations}; every load and store also asks the data caches, so only fetches are filtered. */
function runWithData(keys: usize, offsets: usize, from: i32, to: i32): i32 {
  const itlb = <usize>load<i32>(CORE, CORE_ITLB);
  const dtlb = <usize>load<i32>(CORE, CORE_DTLB);
  const storeTlb = <usize>load<i32>(CORE, CORE_STORE_TLB);
  const asidBits = load<i32>(CORE, CORE_ASID_BITS);
  let lastFetch = NOTHING;
  let fetches = 0;
  let loads = 0;
  let i = from;
  for (; i < to; i++) {
    const record = load<i32>(keys + (i << 2));
    if (record === lastFetch) {
      fetches++;
      continue;
    }
    const type = record & 3;
    const key = (record >>> 2) | asidBits;
    const tlb = type === FETCH ? itlb : type === LOAD ? dtlb : storeTlb;
    const slot = findPage(tlb, key);
    if (slot >= 0) {
      if (((allowedBy(tlb, slot) >> type) & 1) === 0) break;
      usePage(tlb, key, slot);
      if (type === FETCH) {
        fetches++;
        lastFetch = record;
        continue;
      }
      reached = frameOf(tlb, slot, key);
      beginLatency();
    } else {
      if (slot !== -1 || !missed(tlb, key, record, type)) break;
      if (type === FETCH) {
        pend(i - from);
        fetches++;
        lastFetch = record;
        continue;
      }
    }
    if (type === LOAD) loads++;
    spendData(load<u16>(offsets + (i << 1)) & OFFSET_MASK);
    pend(i - from);
  }
  countLookups(fetches, loads, i - from - fetches - loads);
  return i;
}

/** What the data cost beyond the nearest cache's latency (sim/data-side.ts). */
function spendData(offset: i32): void {
  const caches = <usize>load<i32>(CORE, CORE_DATA_CACHES);
  const answered = request(caches, reached, offset);
  if (answered === 0) return;
  const extra = latencyOf(caches, answered) - latencyOf(caches, 0);
  if (extra > 0) spend(load<u16>(<usize>load<i32>(CORE, CORE_DATA_CAUSES) + (answered << 1)), extra);
}

/**
 * The first level has no entry of the page (Mmu.translateMissed). True: it has one now, what it allows is in
 * `allowed`, where it is in `reached`, and what it cost is spent. False: nothing was changed.
 */
function missed(first: usize, key: i32, record: i32, type: i32): bool {
  if (!canInsert(first, key, false)) return false;
  const stlb = <usize>load<i32>(CORE, CORE_STLB);
  if (stlb !== 0) {
    const slot = findPage(stlb, key);
    if (slot >= 0) return foundInSecond(first, stlb, slot, key, type);
    if (slot !== -1 || !canInsert(stlb, key, load<i32>(CORE, CORE_INCLUSIVE) !== 0)) return false;
  }
  const high = <u64>load<u32>(<usize>load<i32>(CORE, CORE_HIGHS) + ((record >>> 22) << 2));
  if (!foresee((high << 20) | <u64>((record >>> 2) & 0xfffff), type)) return false;
  beginLatency();
  tally(first, TLB_MISSES);
  if (stlb !== 0) {
    tally(stlb, TLB_LOOKUPS);
    tally(stlb, TLB_MISSES);
    spend(load<i32>(CORE, CORE_CAUSE_STLB_MISS), load<i32>(stlb, TLB_LATENCY));
  }
  walk();
  if (stlb !== 0) insertPage(stlb, key, frame, attributes, allowed);
  insertPage(first, key, frame, attributes, allowed);
  reached = frame;
  return true;
}

function foundInSecond(first: usize, stlb: usize, slot: i32, key: i32, type: i32): bool {
  const rights = allowedBy(stlb, slot);
  const what = attributesOf(stlb, slot);
  if (((rights >> type) & 1) === 0 || (what & SIZE_FIELD) !== 0) return false;
  beginLatency();
  tally(first, TLB_MISSES);
  tally(stlb, TLB_LOOKUPS);
  usePage(stlb, key, slot);
  spend(load<i32>(CORE, CORE_CAUSE_STLB_HIT), load<i32>(stlb, TLB_LATENCY));
  reached = frameOf(stlb, slot, key);
  insertPage(first, key, reached, what, rights);
  setAllowed(rights);
  return true;
}

function tally(record: usize, counter: usize): void {
  store<i32>(record + counter, load<i32>(record + counter) + 1);
}

function countLookups(fetches: i32, loads: i32, stores: i32): void {
  add(<usize>load<i32>(CORE, CORE_ITLB), fetches);
  add(<usize>load<i32>(CORE, CORE_DTLB), loads);
  add(<usize>load<i32>(CORE, CORE_STORE_TLB), stores);
}

function add(tlb: usize, lookups: i32): void {
  store<i32>(tlb, load<i32>(tlb, TLB_LOOKUPS) + lookups, TLB_LOOKUPS);
}
